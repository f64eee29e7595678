/**
 * Bounded workers, cancellation, progress. Knows nothing of backups.
 */
@NullMarked
package io.pgbackup.core.work;

import org.jspecify.annotations.NullMarked;
