package io.pgbackup.core.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.Repository;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A server was promoted, and nothing of its new timeline has come into the archive: what waits leads along it all the same. */
class WaitingHistoriesTest {
    private static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);

    private record Waiting(Map<WalFileName, String> files) implements WaitingWal {
        @Override
        public Set<WalFileName> names() {
            return files.keySet();
        }

        @Override
        public Optional<InputStream> open(WalFileName name) {
            return Optional.ofNullable(files.get(name))
                    .map(text -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static WalFileName segment(long timeline, long number) {
        return WalFileName.segment(new Timeline(timeline), number, SIZE);
    }

    @Test
    void theNewestTimelineIsFollowed() {
        Repository repository =
                Repository.at("memory:waiting").unencrypted().named("waiting").build();
        MemoryStorage storage = new MemoryStorage(InstantSource.system());
        RepositoryOpener opener = new RepositoryOpener(InstantSource.system());
        opener.create(repository, storage);
        try (OpenRepository open = opener.open(repository, storage)) {
            WalArchive archive = new WalArchive(open, ArchiveLayout.of(ClusterLayout.of("main"), 1));
            open.createRecord(archive.layout().file(segment(1, 3)), HeaderKind.WAL, new byte[] {1});
            open.createRecord(archive.layout().file(segment(1, 4)), HeaderKind.WAL, new byte[] {1});
            Waiting waiting = new Waiting(Map.of(
                    WalFileName.history(new Timeline(2)),
                    "1\t0/480000\tno recovery target specified\n",
                    segment(2, 4),
                    "four",
                    segment(2, 5),
                    "five"));
            ArchivedTimelines timelines = ArchivedTimelines.lasting(new LogSource(archive, waiting), SIZE);
            Lsn start = SIZE.startOf(3);
            SegmentChain chain = SegmentChain.follow(timelines, timelines.newest(Timeline.FIRST, start), start, SIZE);
            assertThat(chain.segments()).containsExactly(segment(1, 3), segment(2, 4), segment(2, 5));
            assertThat(chain.missing()).isEqualTo(segment(2, 6));
            assertThat(chain.histories()).containsExactly(WalFileName.history(new Timeline(2)));
        }
    }
}
