/**
 * The verb restore. {@link io.pgbackup.core.engine.restore.RestoreOperation} is its table of contents: clears and fills the target as planned, and
 * makes it a directory that a server recovers from. Planning and the target directory have rooms of their own.
 */
@NullMarked
package io.pgbackup.core.engine.restore;

import org.jspecify.annotations.NullMarked;
