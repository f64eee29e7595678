package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.Pin;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.retention.Pins;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.time.Instant;
import java.util.Optional;

/**
 * Pins a set: first the pin, then a look whether expire has chosen the set. Expire works the other way round, it chooses and then looks
 * for pins; so whoever comes second sees the other. For one call.
 */
final class PinOperation {
    private static final int LONGEST_REASON = 1024;

    private final Operation operation;
    private final OpenRepository repository;
    private final Catalog catalog;
    private final SetRecords records;
    private final Pins pins;

    PinOperation(Operation operation, OpenRepository repository, ClusterLayout layout) {
        this.operation = operation;
        this.repository = repository;
        this.catalog = new Catalog(repository, layout);
        this.records = new SetRecords(repository, layout);
        this.pins = new Pins(repository, layout);
    }

    Pin pin(BackupLabel label, String reason, Optional<Instant> until) {
        Instant now = operation.clock().instant();
        requireSensible(reason, until, now);
        catalog.require(label);
        requireStaying(label);
        operation.fact("label", label.toString());
        operation.fact("reason", reason);
        long number = pins.add(label, reason, now, until);
        return operation.settling(
                () -> {
                    requireStaying(label);
                    return new Pin(repository.name(), label, reason, now, until);
                },
                failure -> pins.withdraw(label, number, operation.clock().instant()));
    }

    private static void requireSensible(String reason, Optional<Instant> until, Instant now) {
        if (reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "a pin needs a reason of 1 to " + LONGEST_REASON + " characters",
                    "say why the backup is to be kept");
        }
        if (until.isPresent() && !until.get().isAfter(now)) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "a pin that ends at " + until.get() + " keeps nothing: it is " + now,
                    "name a time in the future, or none");
        }
    }

    /** What it leans on stays as long as it does, so it is enough to look at the set itself. */
    private void requireStaying(BackupLabel label) {
        if (!records.mayLeanOn(label)) {
            throw new ConflictException(
                    ErrorCode.BACKUP_EXPIRING,
                    "backup " + label + " in repository " + repository.name()
                            + " cannot be pinned: expire has chosen it",
                    "pin before expire runs; take a new backup and pin that one");
        }
    }

    boolean unpin(BackupLabel label) {
        Instant now = operation.clock().instant();
        operation.fact("label", label.toString());
        boolean pinned = pins.of(label).filter(pin -> pin.holds(now)).isPresent();
        if (pinned) {
            pins.remove(label, now);
        }
        return pinned;
    }
}
