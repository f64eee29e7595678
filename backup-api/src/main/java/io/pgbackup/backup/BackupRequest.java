package io.pgbackup.backup;

import io.pgbackup.BackupType;
import io.pgbackup.Repository;
import io.pgbackup.catalog.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A backup wanted in a repository. Immutable. */
public final class BackupRequest {
    private final Draft draft;
    private final Repository repository;

    private BackupRequest(Draft draft, Repository repository) {
        this.draft = draft;
        this.repository = Objects.requireNonNull(repository, "repository");
    }

    /**
     * Everything.
     *
     * @return a draft without destination
     */
    public static Draft full() {
        return new Draft(Optional.of(BackupType.FULL));
    }

    /**
     * What changed since the newest full backup; fails if there is none, unless {@link Draft#orFullIfNoBase()} is added.
     *
     * @return a draft without destination
     */
    public static Draft differential() {
        return new Draft(Optional.of(BackupType.DIFFERENTIAL));
    }

    /**
     * What changed since the newest backup of any type; fails if there is none, unless {@link Draft#orFullIfNoBase()} is added.
     *
     * @return a draft without destination
     */
    public static Draft incremental() {
        return new Draft(Optional.of(BackupType.INCREMENTAL));
    }

    /**
     * Incremental where there is a base, full where there is none; the result says which.
     *
     * @return a draft without destination
     */
    public static Draft auto() {
        return new Draft(Optional.empty());
    }

    /** A backup without a destination. Immutable: every choice gives a new draft. */
    public static final class Draft {
        private final Optional<BackupType> type;
        private boolean fullIfNoBase;
        private CheckpointMode checkpoint = CheckpointMode.FAST;
        private PageCheckPolicy pages = PageCheckPolicy.WARN;
        private Map<String, String> annotations = Map.of();
        private List<String> excludes = List.of();
        private boolean offline;
        private Optional<Retention> retention = Optional.empty();
        private boolean resume = true;
        private Optional<Duration> archivePatience = Optional.empty();

        private Draft(Optional<BackupType> type) {
            this.type = type;
            this.fullIfNoBase = type.isEmpty();
        }

        private Draft(Draft other) {
            this.type = other.type;
            this.fullIfNoBase = other.fullIfNoBase;
            this.checkpoint = other.checkpoint;
            this.pages = other.pages;
            this.annotations = other.annotations;
            this.excludes = other.excludes;
            this.offline = other.offline;
            this.retention = other.retention;
            this.resume = other.resume;
            this.archivePatience = other.archivePatience;
        }

        /**
         * Becomes a full backup if there is no base; the result warns.
         *
         * @return a new draft
         * @throws IllegalStateException if a full backup was asked for anyway
         */
        public Draft orFullIfNoBase() {
            if (type.equals(Optional.of(BackupType.FULL))) {
                throw new IllegalStateException("a full backup needs no base");
            }
            Draft copy = new Draft(this);
            copy.fullIfNoBase = true;
            return copy;
        }

        /**
         * How the server makes its checkpoint; {@link CheckpointMode#FAST} unless said otherwise.
         *
         * @param mode fast or spread
         * @return a new draft
         */
        public Draft checkpoint(CheckpointMode mode) {
            Draft copy = new Draft(this);
            copy.checkpoint = Objects.requireNonNull(mode, "mode");
            return copy;
        }

        /**
         * The backup holds no WAL of its own: it is complete when the archive in its repository has the WAL from its start to its end. Without this a backup holds
         * what it needs to be restored to its end, whatever happens to the archive.
         *
         * @param patience how long to wait for WAL that is not archived yet, counted from the last segment that arrived; then the backup fails
         * @return a new draft
         */
        public Draft walFromArchive(Duration patience) {
            if (patience.isNegative() || patience.isZero()) {
                throw new IllegalArgumentException("the server needs time to archive, not " + patience);
            }
            Draft copy = new Draft(this);
            copy.archivePatience = Optional.of(patience);
            return copy;
        }

        /**
         * What to do about bad pages; {@link PageCheckPolicy#WARN} unless said otherwise.
         *
         * @param policy warn or fail
         * @return a new draft
         */
        public Draft badPages(PageCheckPolicy policy) {
            Draft copy = new Draft(this);
            copy.pages = Objects.requireNonNull(policy, "policy");
            return copy;
        }

        /**
         * With an annotation, kept with the backup for ever.
         *
         * @param key 1 to 63 characters
         * @param value up to 1024 characters, never a secret
         * @return a new draft
         */
        public Draft annotate(String key, String value) {
            if (key.isBlank() || key.length() > 63 || value.length() > 1024) {
                throw new IllegalArgumentException(
                        "an annotation has a key of 1 to 63 and a value of up to 1024 characters");
            }
            Map<String, String> changed = new LinkedHashMap<>(annotations);
            if (changed.put(key, value) != null) {
                throw new IllegalArgumentException("the annotation '" + key + "' is given twice");
            }
            Draft copy = new Draft(this);
            copy.annotations = Map.copyOf(changed);
            return copy;
        }

        /**
         * Without a directory or file of the data directory that PostgreSQL does not need, for example {@code log}.
         *
         * @param path relative to the data directory
         * @return a new draft
         */
        public Draft exclude(String path) {
            Draft copy = new Draft(this);
            List<String> changed = new ArrayList<>(excludes);
            changed.add(Objects.requireNonNull(path, "path"));
            copy.excludes = List.copyOf(changed);
            return copy;
        }

        /**
         * Followed by an expire in the same repository once the backup is committed. If the expire fails, the backup stands and its result warns.
         *
         * @param keep what to keep; whoever takes backups cannot be the one who does not trust itself
         * @return a new draft
         */
        public Draft thenExpire(Retention keep) {
            if (keep.untrustedSource().isPresent()) {
                throw new IllegalArgumentException(
                        "an expire that does not trust the source is run elsewhere, not after a backup: " + keep);
            }
            Draft copy = new Draft(this);
            copy.retention = Optional.of(keep);
            return copy;
        }

        /**
         * Without what an interrupted attempt has stored: everything is stored anew. Otherwise its work is taken over where the cluster still
         * has the same content, which is proved by reading it.
         *
         * @return a new draft
         */
        public Draft withoutResume() {
            Draft copy = new Draft(this);
            copy.resume = false;
            return copy;
        }

        /**
         * Of a server that is shut down cleanly and stays so until the backup has ended; nobody connects to it. Refused if the server runs or has crashed.
         *
         * @return a new draft
         */
        public Draft offline() {
            Draft copy = new Draft(this);
            copy.offline = true;
            return copy;
        }

        /**
         * Into a repository.
         *
         * @param repository one of those the {@link io.pgbackup.PgBackup} was made with
         * @return the request
         */
        public BackupRequest to(Repository repository) {
            return new BackupRequest(this, repository);
        }

        /**
         * Into several repositories at once: the cluster is read once for all of them.
         *
         * @param first one of those the {@link io.pgbackup.PgBackup} was made with
         * @param more others of them
         * @return the request
         * @throws IllegalArgumentException if a repository is named twice
         */
        public SharedBackupRequest toEach(Repository first, Repository... more) {
            List<Repository> repositories = new ArrayList<>();
            repositories.add(first);
            repositories.addAll(List.of(more));
            return new SharedBackupRequest(this, repositories);
        }

        /**
         * Into all repositories the {@link io.pgbackup.PgBackup} was made with: the cluster is read once for all of them.
         *
         * @return the request
         */
        public SharedBackupRequest toAll() {
            return new SharedBackupRequest(this, List.of());
        }
    }

    /**
     * The type asked for.
     *
     * @return empty for {@link #auto()}
     */
    public Optional<BackupType> type() {
        return draft.type;
    }

    /**
     * Whether a missing base turns the backup into a full one.
     *
     * @return true for {@link #auto()} and {@link Draft#orFullIfNoBase()}
     */
    public boolean fullIfNoBase() {
        return draft.fullIfNoBase;
    }

    /**
     * How the server makes its checkpoint.
     *
     * @return fast or spread
     */
    public CheckpointMode checkpoint() {
        return draft.checkpoint;
    }

    /**
     * What to do about bad pages.
     *
     * @return warn or fail
     */
    public PageCheckPolicy badPages() {
        return draft.pages;
    }

    /**
     * What is kept with the backup.
     *
     * @return an immutable map
     */
    public Map<String, String> annotations() {
        return draft.annotations;
    }

    /**
     * What is left out.
     *
     * @return paths relative to the data directory
     */
    public List<String> excludes() {
        return draft.excludes;
    }

    /**
     * What is kept by the expire that follows.
     *
     * @return empty if none follows
     */
    public Optional<Retention> thenExpire() {
        return draft.retention;
    }

    /**
     * Whether the work of an interrupted attempt is taken over.
     *
     * @return true unless {@link Draft#withoutResume()} was asked for
     */
    public boolean resume() {
        return draft.resume;
    }

    /**
     * Whether the server is shut down.
     *
     * @return false if it runs
     */
    public boolean offline() {
        return draft.offline;
    }

    /**
     * Where the backup goes.
     *
     * @return the repository
     */
    public Repository repository() {
        return repository;
    }

    /**
     * How long to wait for the archive to have the WAL that the backup needs.
     *
     * @return empty if the backup holds its WAL itself
     */
    public Optional<Duration> archivePatience() {
        return draft.archivePatience;
    }
}
