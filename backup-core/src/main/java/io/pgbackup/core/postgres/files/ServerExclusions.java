package io.pgbackup.core.postgres.files;

import java.util.Set;

/**
 * What PostgreSQL leaves out of a base backup (rule: {@code src/backend/backup/basebackup.c}, the same for 13 to 18), and at the top of the
 * data directory what an earlier restore or backup left behind and would mislead the next restore.
 */
final class ServerExclusions {
    private static final Set<String> KEPT_EMPTY = Set.of(
            "pg_stat_tmp", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_subtrans");
    private static final Set<String> FILES = Set.of(
            "postgresql.auto.conf.tmp",
            "current_logfiles.tmp",
            "backup_label",
            "tablespace_map",
            "backup_manifest",
            "postmaster.pid",
            "postmaster.opts",
            ".DS_Store");
    private static final Set<String> TOP_FILES =
            Set.of("standby.signal", "recovery.signal", "backup_label.old", "tablespace_map.old", "pgbackup.restore");
    private static final ClusterPath CONTROL_FILE = ClusterPath.of("global/pg_control");

    private ServerExclusions() {}

    /** Whether an entry and what is in it are left out. */
    static boolean leavesOut(ClusterPath path, boolean top) {
        String name = path.name();
        return name.startsWith("pgsql_tmp")
                || name.startsWith("pg_internal.init")
                || FILES.contains(name)
                || top && TOP_FILES.contains(name)
                || path.equals(CONTROL_FILE);
    }

    /** Whether a directory is kept without its contents, at any depth as the server does. */
    static boolean keptEmpty(ClusterPath path) {
        return KEPT_EMPTY.contains(path.name());
    }
}
