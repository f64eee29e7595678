package io.pgbackup.core.engine.restore.route;

import io.pgbackup.core.postgres.recovery.RecoveryGoal;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;

/**
 * What the server is told, from the words of a request.
 *
 * @param request what is wanted
 */
record RecoveryOrders(RestoreRequest request) {
    /** Along a timeline to the target. */
    RecoverySettings along(Timeline timeline) {
        return RecoverySettings.replaying(command(), goal()).timeline(timeline).action(request.action());
    }

    /** To where the backup ended, on its own timeline. */
    RecoverySettings toEndOfBackup() {
        boolean served = request.wal() instanceof WalDelivery.Command;
        return (served
                        ? RecoverySettings.replaying(command(), RecoveryGoal.consistency())
                                .currentTimeline()
                        : RecoverySettings.endOfBackup())
                .action(request.action());
    }

    private String command() {
        return request.wal() instanceof WalDelivery.Command served
                ? served.command()
                : RecoverySettings.NOTHING_TO_FETCH;
    }

    private RecoveryGoal goal() {
        RecoveryTarget target = request.target();
        if (target instanceof RecoveryTarget.Time time) {
            return RecoveryGoal.time(time.time(), time.inclusive());
        }
        if (target instanceof RecoveryTarget.Position position) {
            return RecoveryGoal.position(position.position(), position.inclusive());
        }
        if (target instanceof RecoveryTarget.Transaction transaction) {
            return RecoveryGoal.transaction(transaction.number(), transaction.inclusive());
        }
        if (target instanceof RecoveryTarget.RestorePoint point) {
            return RecoveryGoal.restorePoint(point.name());
        }
        return RecoveryGoal.endOfWal();
    }
}
