package io.pgbackup.core.engine.backup;

import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BadPage;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.base.BaseSet;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.engine.backup.files.CopyTotals;
import io.pgbackup.core.engine.backup.files.LaneCopy;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.ManifestRoot;
import java.util.List;
import java.util.Map;

/**
 * How a backup ended, the same in every lane: makes of it the manifest root and the commit record of a lane's set. Immutable.
 *
 * @param stopped what the source said
 * @param server what it is
 * @param tablespaces names by object identifier
 * @param databases names by object identifier
 */
record SetEnding(
        StoppedBackup stopped, ServerIdentity server, Map<String, String> tablespaces, Map<String, String> databases) {

    /** The root of a set's manifest, for its two sections. */
    ManifestRoot root(Begun begun, LaneCopy copy, List<ManifestRoot.Page> files, List<ManifestRoot.Page> late) {
        return new ManifestRoot(
                begun.label(),
                begun.base().flatMap(BaseSet::label).map(List::of).orElse(List.of()),
                begun.adopted(),
                server.pageSize(),
                begun.seed(),
                files,
                late,
                tablespaces,
                databases,
                copy.totals().badPages());
    }

    /** What is committed. */
    BackupRecord record(Operation operation, BackupRequest request, Begun begun, LaneCopy copy, byte[] root) {
        List<BadPage> badPages = copy.totals().badPages();
        return new BackupRecord(
                begun.label(),
                operation.id(),
                begun.references(),
                new AdoptedWork(
                        begun.adopted().stream().map(AdoptedPages::label).toList(),
                        copy.totals().adoptedBytes()),
                begun.since(),
                operation.clock().instant(),
                wal(request),
                sizes(copy),
                server,
                badPages.size(),
                request.annotations(),
                root);
    }

    private WalRange wal(BackupRequest request) {
        List<WalFileName> segments = stopped.segments(new WalSegmentSize(server.segmentSize()));
        StartedBackup started = stopped.started();
        return new WalRange(
                started.timeline().value(),
                started.start(),
                stopped.stop(),
                segments.get(0).toString(),
                segments.get(segments.size() - 1).toString(),
                request.archivePatience().isPresent());
    }

    private static BackupSizes sizes(LaneCopy copy) {
        CopyTotals totals = copy.totals();
        return new BackupSizes(
                totals.clusterBytes(),
                totals.files(),
                totals.readBytes(),
                copy.bundles().storedBytes() - totals.walStored(),
                totals.walStored(),
                copy.manifest().storedBytes(),
                0,
                totals.pages(),
                totals.changedPages());
    }
}
