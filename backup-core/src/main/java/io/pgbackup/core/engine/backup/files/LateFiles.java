package io.pgbackup.core.engine.backup.files;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * What is added in each lane after the server has stopped the backup: label, tablespace map, control file, and all WAL between start and stop, so that the
 * set restores alone. For one thread.
 */
public final class LateFiles {
    private final ClusterFiles files;
    private final CopyPool pool;
    private final List<LaneCopy> lanes;
    private final EntryAttributes model;
    private final Instant now;

    public LateFiles(ClusterFiles files, CopyPool pool, List<LaneCopy> lanes, EntryAttributes model, Instant now) {
        this.files = files;
        this.pool = pool;
        this.lanes = lanes;
        this.model = model;
        this.now = now;
    }

    /**
     * WAL that is copied.
     *
     * @param segments in order
     * @param size of the cluster's segments
     * @param flushed behind it the last one is not to be trusted
     */
    public record Log(List<WalFileName> segments, WalSegmentSize size, Lsn flushed) {}

    /** Copies them in the order of their paths. */
    public void copy(StoppedBackup stopped, byte[] controlFile, Log log, OrderedWork work) {
        if (stopped.backupLabel().length > 0) {
            madeUp("backup_label", stopped.backupLabel(), work);
        }
        madeUp("global/pg_control", controlFile, work);
        for (WalFileName segment : log.segments()) {
            work.submit(
                    () -> copySegment(segment, log.size(), log.flushed()),
                    copied -> copied.forEach(one -> one.lane().state().attempt(() -> {
                        one.lane().manifest().add(one.file());
                        one.lane().totals().wal(one.file());
                    })));
        }
        if (stopped.tablespaceMap().length > 0) {
            madeUp("tablespace_map", stopped.tablespaceMap(), work);
        }
        work.drain();
    }

    private void madeUp(String path, byte[] bytes, OrderedWork work) {
        PlainCopier.Content content = (position, into, length) -> {
            System.arraycopy(bytes, (int) position, into, 0, length);
            return length;
        };
        work.submit(
                () -> store(path, bytes.length, content),
                copied -> copied.forEach(one -> one.lane().state().attempt(() -> {
                    one.lane().manifest().add(one.file());
                    one.lane().totals().madeUp(one.file());
                })));
    }

    /** Bytes behind the flush position may be of a former use of the file: they are stored as zeros. */
    private List<PlainCopier.Copied> copySegment(WalFileName segment, WalSegmentSize size, Lsn flushed) {
        long trusted =
                Math.min(size.bytes(), flushed.value() - segment.start(size).value());
        SourceFile opened = files.openWal(segment).orElseThrow(() -> incomplete(segment, "it is gone"));
        try (SourceFile file = opened) {
            PlainCopier.Content content = (position, into, length) -> {
                int wanted = (int) Math.max(0, Math.min(length, trusted - position));
                if (file.read(position, ByteBuffer.wrap(into, 0, wanted)) < wanted) {
                    throw incomplete(segment, "it is cut off");
                }
                Arrays.fill(into, wanted, length, (byte) 0);
                return length;
            };
            return store("pg_wal/" + segment, size.bytes(), content);
        }
    }

    private static ClusterException incomplete(WalFileName segment, String what) {
        return new ClusterException(
                ErrorCode.SOURCE_UNREADABLE,
                "WAL segment " + segment + " of the backup cannot be copied: " + what,
                "the replication slot of the backup should have kept it: look into the server's log; repeat the backup");
    }

    private List<PlainCopier.Copied> store(String path, long length, PlainCopier.Content content) {
        EntryAttributes attributes = new EntryAttributes(length, model.mode(), model.ownership(), now);
        return pool.with(buffers -> new PlainCopier(ClusterPath.of(path), attributes, content, buffers)
                .copy(lanes.stream().map(LaneFile::unknown).toList()));
    }
}
