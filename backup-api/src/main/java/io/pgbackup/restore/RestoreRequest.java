package io.pgbackup.restore;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A restore wanted. Target, recovery target and source of WAL are choices that must be made. Immutable. */
public final class RestoreRequest {
    private final Path directory;
    private final RecoveryTarget target;
    private final WalDelivery wal;
    private @Nullable Repository repository;
    private @Nullable BackupLabel label;
    private Placement placement = Placement.asItWas();
    private Set<String> databases = Set.of();
    private boolean replacing;
    private boolean ignoringPidFile;
    private boolean keepArchiving;
    private boolean serverManifest;
    private @Nullable Owner owner;
    private @Nullable Path serverPrograms;
    private @Nullable String primary;
    private @Nullable RecoveryAction action;
    private RecoveryTimeline timeline = RecoveryTimeline.latest();

    private RestoreRequest(Path directory, RecoveryTarget target, WalDelivery wal) {
        this.directory = directory;
        this.target = target;
        this.wal = wal;
    }

    private RestoreRequest(RestoreRequest other) {
        this(other.directory, other.target, other.wal);
        this.repository = other.repository;
        this.label = other.label;
        this.placement = other.placement;
        this.databases = other.databases;
        this.replacing = other.replacing;
        this.ignoringPidFile = other.ignoringPidFile;
        this.keepArchiving = other.keepArchiving;
        this.serverManifest = other.serverManifest;
        this.owner = other.owner;
        this.serverPrograms = other.serverPrograms;
        this.primary = other.primary;
        this.action = other.action;
        this.timeline = other.timeline;
    }

    private RestoreRequest changed(Consumer<RestoreRequest> change) {
        RestoreRequest copy = new RestoreRequest(this);
        change.accept(copy);
        return copy;
    }

    /**
     * To whom restored files shall belong.
     *
     * @param user name of a user of this system
     * @param group name of a group of this system
     */
    public record Owner(String user, String group) {
        /** Checks that both are given. */
        public Owner {
            if (user.isEmpty() || group.isEmpty()) {
                throw new IllegalArgumentException("an owner has a user and a group: '" + user + "', '" + group + "'");
            }
        }
    }

    /**
     * Begins with the directory.
     *
     * @param directory becomes the data directory; absent or empty, unless {@link #replacingExisting()} is asked for
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
        Objects.requireNonNull(chosen, "chosen");
        return changed(copy -> copy.repository = chosen);
    }

    /**
     * A certain backup; otherwise the newest.
     *
     * @param chosen its label
     * @return a new request
     */
    public RestoreRequest backup(BackupLabel chosen) {
        Objects.requireNonNull(chosen, "chosen");
        return changed(copy -> copy.label = chosen);
    }

    /**
     * The directory may hold an older, damaged or half restored copy of the same cluster. What is equal there is kept, only what differs is fetched,
     * files too long are cut, and <em>everything else in the directory is removed</em>, after {@link RestorePlan#changes()} has named it. Mount
     * points and {@code lost+found} stay. Contents are compared, never times and sizes. What fails half-way cannot be started and is completed
     * by the same call again.
     *
     * @return a new request
     */
    public RestoreRequest replacingExisting() {
        return changed(copy -> copy.replacing = true);
    }

    /**
     * The caller knows that no server runs in the directory, although {@code postmaster.pid} lies there: its process may belong to another container
     * or host, which cannot be seen from here. A server that can be seen is refused all the same.
     *
     * @return a new request
     */
    public RestoreRequest ignoringPidFile() {
        return changed(copy -> copy.ignoringPidFile = true);
    }

    /**
     * Another place for a tablespace; otherwise it goes where it was.
     *
     * @param tablespace its name, or its OID in decimal digits
     * @param place absent or empty directory outside the data directory
     * @return a new request
     */
    public RestoreRequest tablespace(String tablespace, Path place) {
        Placement mapped = placement.tablespace(tablespace, place);
        return changed(copy -> copy.placement = mapped);
    }

    /**
     * Another place for every tablespace that {@link #tablespace} does not name: a directory of its own below the given one, called like the
     * tablespace (by its OID if the name is no plain word).
     *
     * @param directory outside the data directory
     * @return a new request
     */
    public RestoreRequest tablespacesBelow(Path directory) {
        Placement mapped = placement.tablespacesBelow(directory);
        return changed(copy -> copy.placement = mapped);
    }

    /**
     * Another place for a directory of the cluster, with a link to it: {@code pg_wal}, or one of those whose content a backup leaves out, such as
     * {@code pg_stat_tmp}. Without this they are plain directories, also where the source had links.
     *
     * @param directory its name
     * @param place absent or empty directory outside the data directory
     * @return a new request
     */
    public RestoreRequest linked(String directory, Path place) {
        Placement mapped = placement.linked(directory, place);
        return changed(copy -> copy.placement = mapped);
    }

    /**
     * Only these databases, beside {@code postgres} and the templates. The files of all others become sparse files of zeros, so that WAL replays over
     * them and they can be dropped; nobody can connect to them. Drop them at once: until then autovacuum is off.
     *
     * @param names of databases, or their OIDs in decimal digits
     * @return a new request
     */
    public RestoreRequest onlyDatabases(String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("name at least one database");
        }
        Set<String> chosen = Set.of(names);
        return changed(copy -> copy.databases = chosen);
    }

    /**
     * Gives the restored files to somebody else than the owner they had. Only the super user may give files away.
     *
     * @param user name of a user of this system
     * @param group name of a group of this system
     * @return a new request
     */
    public RestoreRequest ownedBy(String user, String group) {
        Owner chosen = new Owner(user, group);
        return changed(copy -> copy.owner = chosen);
    }

    /**
     * The server programs that shall run on the restored directory; those of another major version are refused.
     *
     * @param directory that holds the program {@code postgres}; it is asked for its version
     * @return a new request
     */
    public RestoreRequest serverPrograms(Path directory) {
        Objects.requireNonNull(directory, "directory");
        return changed(copy -> copy.serverPrograms = directory);
    }

    /**
     * Becomes a standby that follows a primary, instead of being promoted at the end of the backup. The primary must still have the WAL since the
     * backup, or the restored server a slot or a restore command for it.
     *
     * @param connection {@code primary_conninfo}; written into {@code postgresql.auto.conf}, so name a {@code passfile} rather than a password
     * @return a new request
     */
    public RestoreRequest standbyOf(String connection) {
        if (connection.isBlank() || connection.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the connection to the primary is empty or holds a control character");
        }
        return changed(copy -> copy.primary = connection);
    }

    /**
     * What the server does when recovery has reached its target. Unless said otherwise it is promoted at the end of the backup or of all WAL, and pauses at a
     * chosen point, so that somebody may look before there is no way on.
     *
     * @param chosen the action
     * @return a new request
     */
    public RestoreRequest whenReached(RecoveryAction chosen) {
        Objects.requireNonNull(chosen, "chosen");
        return changed(copy -> copy.action = chosen);
    }

    /**
     * Along which timeline recovery goes; the latest that leads on from the backup unless said otherwise.
     *
     * @param chosen the timeline
     * @return a new request
     */
    public RestoreRequest timeline(RecoveryTimeline chosen) {
        Objects.requireNonNull(chosen, "chosen");
        return changed(copy -> copy.timeline = chosen);
    }

    /**
     * Writes PostgreSQL's own {@code backup_manifest}, so that {@code pg_verifybackup} can prove the directory before it is started.
     *
     * @return a new request
     */
    public RestoreRequest withServerManifest() {
        return changed(copy -> copy.serverManifest = true);
    }

    /**
     * Keeps the settings of the source for archiving and synchronous replication. Without this the restored server has {@code archive_mode = off}
     * and waits for no standby, so that a test restore never archives into the repository of production and never hangs.
     *
     * @return a new request
     */
    public RestoreRequest keepArchiving() {
        return changed(copy -> copy.keepArchiving = true);
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
     * What the server does when recovery has reached its target.
     *
     * @return as chosen, or as fits the target
     */
    public RecoveryAction action() {
        RecoveryAction chosen = action;
        if (chosen != null) {
            return chosen;
        }
        boolean end = target instanceof RecoveryTarget.EndOfBackup || target instanceof RecoveryTarget.Latest;
        return end ? RecoveryAction.PROMOTE : RecoveryAction.PAUSE;
    }

    /**
     * Along which timeline recovery goes.
     *
     * @return the timeline
     */
    public RecoveryTimeline timeline() {
        return timeline;
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
     * Other places for tablespaces and directories.
     *
     * @return where what goes
     */
    public Placement placement() {
        return placement;
    }

    /**
     * The databases wanted.
     *
     * @return names or OIDs; empty for all
     */
    public Set<String> databases() {
        return databases;
    }

    /**
     * Whether the directory may hold something.
     *
     * @return false unless asked for
     */
    public boolean replaces() {
        return replacing;
    }

    /**
     * Whether a {@code postmaster.pid} of no visible process counts as a leftover.
     *
     * @return false unless asked for
     */
    public boolean ignoresPidFile() {
        return ignoringPidFile;
    }

    /**
     * To whom the files shall belong.
     *
     * @return empty for the owners they had
     */
    public Optional<Owner> owner() {
        return Optional.ofNullable(owner);
    }

    /**
     * The programs that shall run.
     *
     * @return empty if not told
     */
    public Optional<Path> programs() {
        return Optional.ofNullable(serverPrograms);
    }

    /**
     * The primary to follow.
     *
     * @return empty for a server of its own
     */
    public Optional<String> primary() {
        return Optional.ofNullable(primary);
    }

    /**
     * Whether {@code backup_manifest} is written.
     *
     * @return false unless asked for
     */
    public boolean serverManifest() {
        return serverManifest;
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
