package io.pgbackup.core.engine.backup.source;

import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.ClusterFiles;

/**
 * The cluster that a source was opened on.
 *
 * @param files of it
 * @param control the control file as it was at the opening
 * @param identity which cluster it is
 */
public record SourceCluster(ClusterFiles files, ControlFile control, ServerIdentity identity) {}
