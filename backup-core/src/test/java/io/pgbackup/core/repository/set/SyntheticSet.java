package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.TablespaceLocation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.storage.Storage;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/** Writes a small set without a server, by the same writers that a backup uses: for tests of the format. */
public final class SyntheticSet {
    public static final int PAGE_SIZE = 8192;
    public static final long SEED = 0x1234_5678_9ABCL;
    public static final BackupLabel LABEL = BackupLabel.full(LocalDateTime.of(2026, 11, 21, 8, 0, 0));
    public static final String CLUSTER = "golden";
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    private SyntheticSet() {}

    /** Content of the paged file of every synthetic set: some pages, one of them zero, and a part of a page at the end. */
    public static byte[] pagedContent() {
        byte[] content = new byte[20 * PAGE_SIZE + 100];
        Random random = new Random(7);
        for (int index = 0; index < content.length; index++) {
            content[index] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 'a');
        }
        Arrays.fill(content, 3 * PAGE_SIZE, 4 * PAGE_SIZE, (byte) 0);
        return content;
    }

    public static byte[] plainContent() {
        return "17\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Makes repository, cluster and set. */
    public static void write(Repository repository, Storage storage) throws InterruptedException {
        RepositoryOpener opener = new RepositoryOpener(InstantSource.fixed(NOW));
        opener.create(repository, storage);
        OpenRepository open = opener.open(repository, storage);
        add(open, ClusterLayout.of(CLUSTER), LABEL, List.of(), NOW);
    }

    /** Adds a set, whole in itself whatever it leans on, by all the steps of a backup. */
    public static void add(
            OpenRepository open, ClusterLayout layout, BackupLabel label, List<BackupLabel> references, Instant time)
            throws InterruptedException {
        BackupRecord model = SampleRecords.record(label, references);
        new IdentityRecords(open, layout).claim(model.server());
        Leases.Lease lease =
                new Leases(open, layout).take(new Leases.Claim("test", InstantSource.fixed(time), used -> label));
        SetRecords records = new SetRecords(open, layout);
        records.begin(new BeginRecord(
                label,
                lease.holder(),
                lease.number(),
                time,
                references,
                Optional.of(new BeginRecord.Origin(model.server(), SEED)),
                List.of()));
        records.start(label, 1, model.wal().start());
        List<BackupLabel> base = references.isEmpty() ? List.of() : List.of(references.get(references.size() - 1));
        byte[] root = writeData(open, layout, label, base);
        records.commit(new BackupRecord(
                label,
                "operation",
                references,
                AdoptedWork.none(),
                time,
                time.plusSeconds(5),
                model.wal(),
                model.sizes(),
                model.server(),
                0,
                Map.of("why", "test"),
                root));
    }

    /** Bundles and manifest of a set, all of it stored whole; returns the header of the manifest's root. */
    public static byte[] writeData(OpenRepository open, ClusterLayout layout, BackupLabel label, List<BackupLabel> base)
            throws InterruptedException {
        try (BundleWriters bundles = new BundleWriters(open, layout.set(label), 1)) {
            BundleWriter writer = bundles.borrow();
            ManifestWriter manifest = new ManifestWriter(new ManifestStore(open, layout), label, bundles, PAGE_SIZE);
            manifest.add(plain("PG_VERSION", writer));
            manifest.add(new ManifestEntry.Directory(ClusterPath.of("base"), attributes(0)));
            manifest.add(paged(writer));
            manifest.add(new ManifestEntry.Link(
                    ClusterPath.of("pg_tblspc/16400"), attributes(0), TablespaceLocation.of("/mnt/fast")));
            List<ManifestRoot.Page> files = manifest.endSection();
            manifest.add(plain("backup_label", writer));
            List<ManifestRoot.Page> late = manifest.endSection();
            bundles.giveBack(writer);
            bundles.flush(() -> {});
            return manifest.finish(new ManifestRoot(
                    label,
                    base,
                    List.of(),
                    PAGE_SIZE,
                    SEED,
                    files,
                    late,
                    Map.of("16400", "fast"),
                    Map.of(),
                    List.of()));
        }
    }

    static ManifestEntry.File plain(String path, BundleWriter writer) {
        byte[] content = plainContent();
        byte[] digest = FileProof.sha256().digest(content);
        FrameRef frame = writer.write(
                ClusterPath.of(path), ManifestEntry.File.PLAIN_UNIT, UnitRuns.of(0, 1), content, content.length);
        return new ManifestEntry.File(
                ClusterPath.of(path),
                attributes(content.length),
                new FileProof(false, digest, crc(content)),
                new BlockMap(false, List.of(frame), UnitRuns.EMPTY, new long[0]));
    }

    static ManifestEntry.File paged(BundleWriter writer) {
        byte[] content = pagedContent();
        ClusterPath path = ClusterPath.of("base/1/16384");
        FrameFingerprint fingerprint = new FrameFingerprint(SEED);
        int units = ManifestEntry.File.unitCount(content.length, PAGE_SIZE);
        long[] all = new long[units];
        for (int unit = 0; unit < units; unit++) {
            all[unit] =
                    fingerprint.of(content, unit * PAGE_SIZE, Math.min(PAGE_SIZE, content.length - unit * PAGE_SIZE));
        }
        List<FrameRef> frames = new ArrayList<>();
        frames.add(frame(writer, path, content, 0, 3));
        frames.add(frame(writer, path, content, 4, 12));
        frames.add(frame(writer, path, content, 12, 20));
        frames.add(frame(writer, path, content, 20, 21));
        long[] stored = java.util.stream.IntStream.range(0, units)
                .filter(unit -> unit != 3)
                .mapToLong(unit -> all[unit])
                .toArray();
        return new ManifestEntry.File(
                path,
                attributes(content.length),
                new FileProof(true, FileProof.digestOfPages(content.length, all), crc(content)),
                new BlockMap(false, frames, UnitRuns.of(3, 1), stored));
    }

    private static FrameRef frame(BundleWriter writer, ClusterPath path, byte[] content, int first, int end) {
        byte[] plain = Arrays.copyOfRange(content, first * PAGE_SIZE, Math.min(content.length, end * PAGE_SIZE));
        return writer.write(path, PAGE_SIZE, UnitRuns.of(first, end - first), plain, plain.length);
    }

    static EntryAttributes attributes(long size) {
        return new EntryAttributes(size, 0600, new EntryAttributes.Ownership("postgres", "postgres"), NOW);
    }

    private static int crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return (int) crc.getValue();
    }
}
