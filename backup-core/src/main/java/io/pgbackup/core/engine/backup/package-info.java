/**
 * The verb backup. {@link io.pgbackup.core.engine.backup.BackupOperation} is its table of contents: one read of the cluster, a lane for each
 * repository, and how a set ends. What the sets begin on, where the files come from and how they are copied have rooms of their own.
 */
@NullMarked
package io.pgbackup.core.engine.backup;

import org.jspecify.annotations.NullMarked;
