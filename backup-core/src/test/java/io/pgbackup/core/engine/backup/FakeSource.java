package io.pgbackup.core.engine.backup;

import io.pgbackup.Lsn;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.engine.backup.source.SourceCluster;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.Timeline;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A server that is a fake cluster and a position in its log. */
record FakeSource(FakeCluster files, Lsn begin) implements BackupSource {
    static final ServerIdentity IDENTITY =
            new ServerIdentity(0x6543_2109_8765_4321L, 17, FakeCluster.PAGE_SIZE, FakeCluster.SEGMENT_SIZE);
    private static final Lsn FLUSHED = new Lsn(1L << 40);

    @Override
    public SourceCluster cluster() {
        return new SourceCluster(files, files.readControlFile(), IDENTITY);
    }

    @Override
    public StartedBackup start(String label, CheckpointMode mode) {
        return new StartedBackup(begin, new Timeline(1));
    }

    @Override
    public void check() {}

    @Override
    public StoppedBackup stop(ControlFile last) {
        byte[] label = "a label".getBytes(StandardCharsets.UTF_8);
        return new StoppedBackup(
                new StartedBackup(begin, new Timeline(1)), new Lsn(begin.value() + 1), label, new byte[0]);
    }

    @Override
    public Lsn flushed() {
        return FLUSHED;
    }

    @Override
    public Map<String, String> tablespaceNames() {
        return Map.of();
    }

    @Override
    public Map<String, String> databaseNames() {
        return Map.of();
    }

    @Override
    public void close() {}
}
