/**
 * Where a backup is taken from: a running server or one that was shut down, and how large it will be.
 */
@NullMarked
package io.pgbackup.core.engine.backup.source;

import org.jspecify.annotations.NullMarked;
