/** Asking for a backup, and what came of it. */
@NullMarked
package io.pgbackup.backup;

import org.jspecify.annotations.NullMarked;
