package io.pgbackup.restore;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A restore wanted. Target, recovery target and source of WAL are choices that must be made. Immutable. */
public final class RestoreRequest {
    private final Path directory;
    private final RecoveryTarget target;
    private final WalDelivery wal;
    private @Nullable Repository repository;
    private @Nullable BackupLabel label;
    private Map<String, Path> tablespaces = Map.of();
    private boolean keepArchiving;

    private RestoreRequest(Path directory, RecoveryTarget target, WalDelivery wal) {
        this.directory = directory;
        this.target = target;
        this.wal = wal;
    }

    private RestoreRequest(RestoreRequest other) {
        this(other.directory, other.target, other.wal);
        this.repository = other.repository;
        this.label = other.label;
        this.tablespaces = other.tablespaces;
        this.keepArchiving = other.keepArchiving;
    }

    /**
     * Begins with the directory.
     *
     * @param directory absent or empty; becomes the data directory
     * @return the next step
     */
    public static Into into(Path directory) {
        return new Into(Objects.requireNonNull(directory, "directory"));
    }

    /** A restore of which the directory is known. */
    public static final class Into {
        private final Path directory;

        private Into(Path directory) {
            this.directory = directory;
        }

        /**
         * Where recovery ends.
         *
         * @param target the target
         * @return the next step
         */
        public Recovering recoverTo(RecoveryTarget target) {
            return new Recovering(directory, Objects.requireNonNull(target, "target"));
        }
    }

    /** A restore of which directory and target are known. */
    public static final class Recovering {
        private final Path directory;
        private final RecoveryTarget target;

        private Recovering(Path directory, RecoveryTarget target) {
            this.directory = directory;
            this.target = target;
        }

        /**
         * Where the WAL comes from.
         *
         * @param wal the delivery
         * @return the request
         */
        public RestoreRequest walFrom(WalDelivery wal) {
            return new RestoreRequest(directory, target, Objects.requireNonNull(wal, "wal"));
        }
    }

    /**
     * From one repository; otherwise the first that has a suitable backup.
     *
     * @param chosen one of those the {@link io.pgbackup.PgBackup} was made with
     * @return a new request
     */
    public RestoreRequest from(Repository chosen) {
        RestoreRequest copy = new RestoreRequest(this);
        copy.repository = Objects.requireNonNull(chosen, "chosen");
        return copy;
    }

    /**
     * A certain backup; otherwise the newest.
     *
     * @param chosen its label
     * @return a new request
     */
    public RestoreRequest backup(BackupLabel chosen) {
        RestoreRequest copy = new RestoreRequest(this);
        copy.label = Objects.requireNonNull(chosen, "chosen");
        return copy;
    }

    /**
     * Another place for a tablespace; otherwise it goes where it was.
     *
     * @param tablespace its name, or its OID in decimal digits
     * @param place absent or empty directory outside the data directory
     * @return a new request
     */
    public RestoreRequest tablespace(String tablespace, Path place) {
        Map<String, Path> changed = new LinkedHashMap<>(tablespaces);
        if (changed.put(tablespace, Objects.requireNonNull(place, "place")) != null) {
            throw new IllegalArgumentException("the tablespace '" + tablespace + "' is mapped twice");
        }
        RestoreRequest copy = new RestoreRequest(this);
        copy.tablespaces = Map.copyOf(changed);
        return copy;
    }

    /**
     * Keeps the settings of the source for archiving and synchronous replication. Without this the restored server has {@code archive_mode = off}
     * and waits for no standby, so that a test restore never archives into the repository of production and never hangs.
     *
     * @return a new request
     */
    public RestoreRequest keepArchiving() {
        RestoreRequest copy = new RestoreRequest(this);
        copy.keepArchiving = true;
        return copy;
    }

    /**
     * The directory.
     *
     * @return becomes the data directory
     */
    public Path directory() {
        return directory;
    }

    /**
     * Where recovery ends.
     *
     * @return the target
     */
    public RecoveryTarget target() {
        return target;
    }

    /**
     * Where the WAL comes from.
     *
     * @return the delivery
     */
    public WalDelivery wal() {
        return wal;
    }

    /**
     * The repository chosen.
     *
     * @return empty to take the first suitable
     */
    public Optional<Repository> repository() {
        return Optional.ofNullable(repository);
    }

    /**
     * The backup chosen.
     *
     * @return empty to take the newest
     */
    public Optional<BackupLabel> label() {
        return Optional.ofNullable(label);
    }

    /**
     * Other places for tablespaces.
     *
     * @return by name or OID
     */
    public Map<String, Path> tablespaces() {
        return tablespaces;
    }

    /**
     * Whether the archive settings of the source stay.
     *
     * @return false unless asked for
     */
    public boolean archivingKept() {
        return keepArchiving;
    }
}
