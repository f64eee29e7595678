package io.pgbackup.core.engine.backup;

import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.ScanNote;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.page.PageChecksum;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/** Files in memory, with hooks for what happens to files of a living cluster. */
public final class FakeCluster implements ClusterFiles {
    public static final int PAGE_SIZE = 8192;

    public final ConcurrentSkipListMap<ClusterPath, byte[]> files = new ConcurrentSkipListMap<>();
    /** What is added at the end of a set. */
    public final ConcurrentSkipListMap<ClusterPath, byte[]> late = new ConcurrentSkipListMap<>();
    /** Called before each read with the path and the position. */
    BiConsumer<ClusterPath, Long> beforeRead = (path, position) -> {};

    public static byte[] page(Random random, long lsn, int block) {
        return page(PAGE_SIZE, random, lsn, block);
    }

    static byte[] page(int pageSize, Random random, long lsn, int block) {
        byte[] page = new byte[pageSize];
        random.nextBytes(page);
        ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, (int) (lsn >>> 32)).putInt(4, (int) lsn);
        header.putShort(10, (short) 0).putShort(12, (short) 100).putShort(14, (short) (pageSize / 2));
        header.putShort(16, (short) pageSize).putShort(18, (short) (pageSize | 4));
        header.putShort(8, (short) PageChecksum.compute(page, 0, pageSize, block));
        return page;
    }

    public static byte[] pages(Random random, long lsn, int first, int count) {
        byte[] pages = new byte[count * PAGE_SIZE];
        for (int page = 0; page < count; page++) {
            System.arraycopy(page(random, lsn, first + page), 0, pages, page * PAGE_SIZE, PAGE_SIZE);
        }
        return pages;
    }

    @Override
    public ControlFile readControlFile() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClusterScan scan(ScanOptions options) {
        Iterator<ClusterPath> paths = List.copyOf(files.keySet()).iterator();
        return new ClusterScan() {
            @Override
            public Optional<ClusterEntry> next() {
                return paths.hasNext() ? Optional.of(entry(paths.next())) : Optional.empty();
            }

            @Override
            public List<ScanNote> notes() {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }

    ClusterEntry entry(ClusterPath path) {
        byte[] content = files.getOrDefault(path, new byte[0]);
        return ClusterEntry.file(
                path,
                new EntryAttributes(content.length, 0600, new EntryAttributes.Ownership("a", "b"), Instant.EPOCH));
    }

    @Override
    public Optional<SourceFile> open(ClusterEntry entry) {
        return files.containsKey(entry.path()) ? Optional.of(new FakeFile(entry.path())) : Optional.empty();
    }

    private final class FakeFile implements SourceFile {
        private final ClusterPath path;

        FakeFile(ClusterPath path) {
            this.path = path;
        }

        @Override
        public int read(long position, ByteBuffer into) {
            beforeRead.accept(path, position);
            byte[] content = files.getOrDefault(path, new byte[0]);
            int length = (int) Math.max(0, Math.min(into.remaining(), content.length - position));
            into.put(content, (int) Math.min(position, content.length), length);
            return length;
        }

        @Override
        public long size() {
            return files.getOrDefault(path, new byte[0]).length;
        }

        @Override
        public void close() {}
    }

    @Override
    public Optional<SourceFile> openWal(WalFileName name) {
        return Optional.empty();
    }

    @Override
    public List<WalFileName> listWal() {
        return List.of();
    }

    @Override
    public void close() {}

    /** The same files, unchanged by what happens to these. */
    public ConcurrentSkipListMap<ClusterPath, byte[]> copy() {
        ConcurrentSkipListMap<ClusterPath, byte[]> copy = new ConcurrentSkipListMap<>(late);
        files.forEach((path, content) -> copy.put(path, Arrays.copyOf(content, content.length)));
        return copy;
    }
}
