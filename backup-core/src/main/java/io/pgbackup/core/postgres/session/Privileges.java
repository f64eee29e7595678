package io.pgbackup.core.postgres.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a role needs for a backup and how to grant it. A superuser needs nothing of this. The server quotes the role's name, so no name can
 * turn a remedy into another statement. Safe for use by many threads.
 */
public final class Privileges {
    private final ServerSession session;

    /**
     * The privileges of the role of a session.
     *
     * @param session connected as the role in question, to the database the backups will connect to
     */
    public Privileges(ServerSession session) {
        this.session = session;
    }

    /**
     * Finds what the role lacks.
     *
     * @return empty if a backup may be started
     * @throws io.pgbackup.error.ClusterException {@code SESSION_LOST}
     */
    public List<MissingPrivilege> missing() {
        List<MissingPrivilege> missing = new ArrayList<>();
        for (String function : functions()) {
            executable(function).ifPresent(missing::add);
        }
        replication().ifPresent(missing::add);
        settings().ifPresent(missing::add);
        return missing;
    }

    private List<String> functions() {
        List<String> functions = new ArrayList<>(
                session.version().hasRenamedBackupFunctions()
                        ? List.of("pg_backup_start(text, boolean)", "pg_backup_stop(boolean)")
                        : List.of("pg_start_backup(text, boolean, boolean)", "pg_stop_backup(boolean, boolean)"));
        functions.addAll(List.of(
                "pg_control_system()",
                "pg_control_checkpoint()",
                "pg_control_init()",
                "pg_control_recovery()",
                "pg_current_wal_flush_lsn()"));
        return functions;
    }

    private Optional<MissingPrivilege> executable(String function) {
        String name = "pg_catalog." + function;
        return unless(
                "pg_catalog.has_function_privilege(?, 'EXECUTE')",
                "GRANT EXECUTE ON FUNCTION " + name + " TO %I",
                new Wanted("EXECUTE on function " + name + " in the database connected to", true),
                name);
    }

    private Optional<MissingPrivilege> replication() {
        return unless(
                "(SELECT rolreplication OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER)",
                "ALTER ROLE %I REPLICATION",
                new Wanted("the attribute REPLICATION, for the temporary slot that keeps the WAL of a backup", true));
    }

    private Optional<MissingPrivilege> settings() {
        return unless(
                "pg_catalog.pg_has_role(CURRENT_USER, 'pg_read_all_settings', 'USAGE')",
                "GRANT pg_read_all_settings TO %I",
                new Wanted(
                        "the role pg_read_all_settings, to compare the server's data_directory with the configured one",
                        false));
    }

    private record Wanted(String description, boolean required) {}

    private Optional<MissingPrivilege> unless(String condition, String remedy, Wanted wanted, Object... parameters) {
        Object[] all = java.util.Arrays.copyOf(parameters, parameters.length + 1);
        all[parameters.length] = remedy;
        return session.ask(
                "look for " + wanted.description(),
                "SELECT " + condition + ", pg_catalog.format(?, CURRENT_USER)",
                row -> row.getBoolean(1)
                        ? Optional.empty()
                        : Optional.of(new MissingPrivilege(wanted.description(), row.getString(2), wanted.required())),
                all);
    }
}
