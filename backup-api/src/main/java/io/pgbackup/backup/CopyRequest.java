package io.pgbackup.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.util.Objects;
import java.util.Optional;

/**
 * Backups wanted in another repository too: what, from where and to where are choices that must be made. Whatever they lean on comes with them
 * unless it is there already. Immutable.
 */
public final class CopyRequest {
    private final Wanted wanted;
    private final Repository source;
    private final Repository target;

    private CopyRequest(Wanted wanted, Repository source, Repository target) {
        this.wanted = wanted;
        this.source = source;
        this.target = target;
    }

    /**
     * A certain backup.
     *
     * @param label its name in the repository it is copied from
     * @return the next step
     */
    public static Wanted backup(BackupLabel label) {
        return new Wanted(Optional.of(label), false);
    }

    /**
     * The newest backup of any type.
     *
     * @return the next step
     */
    public static Wanted newest() {
        return new Wanted(Optional.empty(), false);
    }

    /**
     * Every backup that is not there. One that expire removed there comes again, unless it was removed from the source as well.
     *
     * @return the next step
     */
    public static Wanted all() {
        return new Wanted(Optional.empty(), true);
    }

    /** A copy of which only is known what is wanted. Immutable. */
    public static final class Wanted {
        private final Optional<BackupLabel> label;
        private final boolean all;

        private Wanted(Optional<BackupLabel> label, boolean all) {
            this.label = label;
            this.all = all;
        }

        /**
         * Where it is.
         *
         * @param source one of those the {@link io.pgbackup.PgBackup} was made with
         * @return the next step
         */
        public From from(Repository source) {
            return new From(this, Objects.requireNonNull(source, "source"));
        }
    }

    /** A copy of which the destination is not yet known. Immutable. */
    public static final class From {
        private final Wanted wanted;
        private final Repository source;

        private From(Wanted wanted, Repository source) {
            this.wanted = wanted;
            this.source = source;
        }

        /**
         * Where it goes.
         *
         * @param target another of those the {@link io.pgbackup.PgBackup} was made with, initialized for this cluster
         * @return the request
         * @throws IllegalArgumentException if it is the repository copied from
         */
        public CopyRequest to(Repository target) {
            if (target.location().equals(source.location())) {
                throw new IllegalArgumentException("a backup is copied to another repository, not to its own; to make"
                        + " a full backup of a chain within its repository, use CombineRequest");
            }
            return new CopyRequest(wanted, source, target);
        }
    }

    /**
     * The backup asked for.
     *
     * @return empty for {@link #newest()} and {@link #all()}
     */
    public Optional<BackupLabel> label() {
        return wanted.label;
    }

    /**
     * Whether every backup is wanted.
     *
     * @return true for {@link #all()}
     */
    public boolean everything() {
        return wanted.all;
    }

    /**
     * Where the backups are.
     *
     * @return the repository copied from
     */
    public Repository source() {
        return source;
    }

    /**
     * Where they go.
     *
     * @return the repository copied to
     */
    public Repository target() {
        return target;
    }
}
