package io.pgbackup.core.engine.restore;

import io.pgbackup.core.engine.restore.plan.Planned;
import io.pgbackup.core.engine.restore.route.WalRoute;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.core.postgres.files.TablespaceLocation;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.recovery.TablespaceMap;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes what tells the server how to begin: where tablespaces lie, and how to recover. For one thread. */
final class RecoveryFiles {
    static final String SETTINGS = "postgresql.auto.conf";
    static final String MAP = "tablespace_map";
    private static final String LABEL = "backup_label";

    private final TargetDirectory target;
    private final RestoreRequest request;
    private final EntryAttributes model;

    RecoveryFiles(TargetDirectory target, RestoreRequest request, EntryAttributes model) {
        this.target = target;
        this.request = request;
        this.model = model;
    }

    /** Before recovery the server makes its links anew by this file. */
    void relocateTablespaces(int major) {
        byte[] map = target.read(MAP);
        if (map.length == 0) {
            return;
        }
        Map<Long, TablespaceLocation> moved = new LinkedHashMap<>();
        target.places()
                .tablespaces()
                .forEach((oid, place) -> moved.put(oid, TablespaceLocation.of(NativePaths.bytes(place))));
        target.write(MAP, TablespaceMap.parse(map, major).relocated(moved).bytes(major), model);
    }

    /**
     * Only a server that was shut down is backed up without a label: it is consistent as it is, and has no end of a backup to replay to.
     */
    private RecoverySettings recovery(WalRoute route) {
        boolean shutDown = !target.holds(LABEL) && request.target() instanceof RecoveryTarget.EndOfBackup;
        return shutDown ? RecoverySettings.shutDown() : route.settings();
    }

    /** A standby that can fetch WAL by a command does so until it has caught up with what is archived. */
    private RecoverySettings following(String primary) {
        RecoverySettings settings = RecoverySettings.following(primary);
        return request.wal() instanceof WalDelivery.Command served
                ? settings.with("restore_command", served.command())
                : settings;
    }

    /** Writes the settings and the signal; returns the signal's name. */
    String configure(boolean tablespacesInPlace, Planned planned, WalRoute route) {
        RecoverySettings settings = request.primary().map(this::following).orElseGet(() -> recovery(route));
        settings =
                request.archivingKept() ? settings.keepingArchiving() : settings.with("synchronous_standby_names", "");
        if (tablespacesInPlace) {
            settings = settings.with("allow_in_place_tablespaces", "on");
        }
        if (!planned.selection().everything()) {
            settings = settings.with("autovacuum", "off");
        }
        if (planned.ignoringInvalidPages()) {
            settings = settings.with("ignore_invalid_pages", "on");
        }
        target.write(SETTINGS, settings.appliedTo(target.read(SETTINGS)), model);
        target.write(settings.signalFile(), new byte[0], model);
        return settings.signalFile();
    }
}
