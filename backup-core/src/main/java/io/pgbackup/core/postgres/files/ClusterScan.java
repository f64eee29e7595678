package io.pgbackup.core.postgres.files;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A walk over a cluster, one entry at a time in the order of {@link ClusterPath}. Memory grows with one directory's names. For one thread. */
public interface ClusterScan extends AutoCloseable {
    /**
     * The next entry.
     *
     * @return empty at the end
     * @throws io.pgbackup.error.ClusterException {@code SOURCE_UNREADABLE} if something is neither backed up nor left out by a rule
     */
    Optional<ClusterEntry> next();

    /**
     * What was met and left out although no rule of PostgreSQL says so.
     *
     * @return complete after the end of the walk
     */
    List<ScanNote> notes();

    /**
     * Hands over all entries that are left.
     *
     * @param consumer takes each
     */
    default void forEachRemaining(Consumer<ClusterEntry> consumer) {
        for (Optional<ClusterEntry> entry = next(); entry.isPresent(); entry = next()) {
            consumer.accept(entry.get());
        }
    }

    @Override
    void close();
}
