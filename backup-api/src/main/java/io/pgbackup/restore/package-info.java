/** Asking for a restore, its plan, and what came of it. */
@NullMarked
package io.pgbackup.restore;

import org.jspecify.annotations.NullMarked;
