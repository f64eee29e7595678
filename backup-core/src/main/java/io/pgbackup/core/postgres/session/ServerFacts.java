package io.pgbackup.core.postgres.session;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself, asked at one moment.
 *
 * @param version of the server
 * @param identity which cluster it is
 * @param layout how it writes
 * @param operation how it is run
 */
public record ServerFacts(ServerVersion version, Identity identity, Layout layout, Operation operation) {
    /**
     * Which cluster.
     *
     * @param systemIdentifier drawn at initdb; an unsigned number
     * @param catalogVersion of the system catalogs
     * @param dataDirectoryName where it lies as the server sees it; null if the role may not know
     */
    public record Identity(
            long systemIdentifier,
            int catalogVersion,
            @Nullable String dataDirectoryName) {
        /**
         * Where the data directory lies as the server sees it; within a container that is another path than ours.
         *
         * @return empty if the role may not know
         */
        public Optional<String> dataDirectory() {
            return Optional.ofNullable(dataDirectoryName);
        }
    }

    /**
     * How the cluster writes; fixed at initdb but for checksums.
     *
     * @param blockSize bytes per page
     * @param walSegmentSize of its log
     * @param checksums whether pages carry them
     */
    public record Layout(int blockSize, WalSegmentSize walSegmentSize, boolean checksums) {}

    /**
     * How the server is run.
     *
     * @param inRecovery whether it is a standby or being restored
     * @param timeline of its latest checkpoint
     * @param archiving what it does with its log
     * @param maxReplicationSlots 0 if there can be none
     */
    public record Operation(boolean inRecovery, Timeline timeline, Archiving archiving, int maxReplicationSlots) {}

    /**
     * What is done with the log.
     *
     * @param walLevel {@code minimal}, {@code replica} or {@code logical}
     * @param archiveMode {@code off}, {@code on} or {@code always}
     * @param fullPageWrites whether whole pages are logged after a checkpoint
     * @param summarized whether the server keeps summaries of its log; false before 17
     */
    public record Archiving(String walLevel, String archiveMode, boolean fullPageWrites, boolean summarized) {}
}
