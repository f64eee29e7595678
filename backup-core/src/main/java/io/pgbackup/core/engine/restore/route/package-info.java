/** From a backup to a recovery target: which timeline, which WAL, which settings; decided before a byte is written, and brought to the restored directory. */
@NullMarked
package io.pgbackup.core.engine.restore.route;

import org.jspecify.annotations.NullMarked;
