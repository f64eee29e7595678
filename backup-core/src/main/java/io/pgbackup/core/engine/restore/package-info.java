/** The verb restore. {@link io.pgbackup.core.engine.restore.RestoreOperation} is its table of contents. */
@NullMarked
package io.pgbackup.core.engine.restore;

import org.jspecify.annotations.NullMarked;
