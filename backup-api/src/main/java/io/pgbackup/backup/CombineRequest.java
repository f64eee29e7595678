package io.pgbackup.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.util.Objects;
import java.util.Optional;

/**
 * A full backup wanted that is made of an incremental or differential one and all it leans on, without reading the database; afterwards it leans
 * on nothing. Also known as a synthetic full backup. What, from where and to where are choices that must be made. Immutable.
 */
public final class CombineRequest {
    private final Optional<BackupLabel> label;
    private final Repository source;
    private final Repository target;

    private CombineRequest(From from, Repository target) {
        this.label = from.label;
        this.source = from.source;
        this.target = target;
    }

    /**
     * A certain backup.
     *
     * @param label the newest backup of the chain that is combined
     * @return the next step
     */
    public static Wanted backup(BackupLabel label) {
        return new Wanted(Optional.of(label));
    }

    /**
     * The newest backup of any type.
     *
     * @return the next step
     */
    public static Wanted newest() {
        return new Wanted(Optional.empty());
    }

    /** A full backup of which only is known what it shall hold. Immutable. */
    public static final class Wanted {
        private final Optional<BackupLabel> label;

        private Wanted(Optional<BackupLabel> label) {
            this.label = label;
        }

        /**
         * Where the chain is.
         *
         * @param source one of those the {@link io.pgbackup.PgBackup} was made with
         * @return the next step
         */
        public From from(Repository source) {
            return new From(label, Objects.requireNonNull(source, "source"));
        }
    }

    /** A full backup of which the destination is not yet known. Immutable. */
    public static final class From {
        private final Optional<BackupLabel> label;
        private final Repository source;

        private From(Optional<BackupLabel> label, Repository source) {
            this.label = label;
            this.source = source;
        }

        /**
         * Where the full backup goes.
         *
         * @param target one of those the {@link io.pgbackup.PgBackup} was made with, initialized for this cluster; may be the repository of
         *     the chain
         * @return the request
         */
        public CombineRequest to(Repository target) {
            return new CombineRequest(this, Objects.requireNonNull(target, "target"));
        }
    }

    /**
     * The backup asked for.
     *
     * @return empty for {@link #newest()}
     */
    public Optional<BackupLabel> label() {
        return label;
    }

    /**
     * Where the chain is.
     *
     * @return the repository read from
     */
    public Repository source() {
        return source;
    }

    /**
     * Where the full backup goes.
     *
     * @return the repository written to
     */
    public Repository target() {
        return target;
    }
}
