package io.pgbackup.core.engine.backup;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.ScanNote;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.repository.ManifestWriter;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies the files of a cluster while its server runs: walks over them, joins the walk with the base's manifest, lets workers copy runs, and writes
 * the manifest in the order of the walk. For one thread, which does no heavy work itself.
 */
final class ClusterCopier {
    private static final long RUN_BYTES = 16 << 20;
    private static final int MOST_ATTEMPTS = 5;

    private final ClusterFiles files;
    private final CopyRules rules;
    private final CopyPool pool;
    private final Optional<BaseSet> base;
    private final ManifestWriter manifest;
    private final ProgressMeter progress;
    private final CopyTotals totals;
    private @Nullable EntryAttributes model;

    ClusterCopier(
            ClusterFiles files,
            CopyRules rules,
            CopyPool pool,
            Optional<BaseSet> base,
            ManifestWriter manifest,
            ProgressMeter progress) {
        this.files = files;
        this.rules = rules;
        this.pool = pool;
        this.base = base;
        this.manifest = manifest;
        this.progress = progress;
        this.totals = new CopyTotals(rules.pageSize());
    }

    /** Copies everything; returns what the walk met and left out. */
    List<ScanNote> copyAll(ScanOptions options, OrderedWork work) {
        try (ClusterScan scan = files.scan(options)) {
            for (Optional<ClusterEntry> next = scan.next(); next.isPresent(); next = scan.next()) {
                copy(next.get(), work);
            }
            work.drain();
            return scan.notes();
        }
    }

    private void copy(ClusterEntry entry, OrderedWork work) {
        switch (entry.kind()) {
            case DIRECTORY ->
                work.then(() -> manifest.add(new ManifestEntry.Directory(entry.path(), entry.attributes())));
            case TABLESPACE_LINK ->
                work.then(() -> manifest.add(new ManifestEntry.Link(
                        entry.path(), entry.attributes(), entry.linkTarget().orElseThrow())));
            case FILE -> {
                Optional<ManifestChain.Chained> below = base.flatMap(set -> set.find(entry.path()));
                if (entry.paged()) {
                    copyPaged(entry, resolved(below), work);
                } else {
                    copyPlain(entry, below, work);
                }
            }
        }
    }

    private @Nullable BaseFile resolved(Optional<ManifestChain.Chained> below) {
        return below.filter(chained -> !chained.levels().isEmpty())
                .filter(chained -> chained.levels().get(0).file().proof().paged())
                .map(chained -> new BaseFile(
                        ResolvedFile.of(chained.levels(), rules.pageSize(), rules.zeroFingerprint()),
                        base.orElseThrow().startOf(chained)))
                .orElse(null);
    }

    private void copyPaged(ClusterEntry entry, @Nullable BaseFile below, OrderedWork work) {
        FileAssembly assembly = new FileAssembly(entry);
        long runBytes = RUN_BYTES - RUN_BYTES % rules.pageSize();
        long offset = 0;
        do {
            Run run = new Run(entry, offset, Math.min(runBytes, entry.size() - offset), below);
            offset += run.length();
            boolean last = offset >= entry.size();
            work.submit(() -> copyRun(run), result -> {
                assembly.add(run, result);
                if (last) {
                    finish(assembly, below);
                }
            });
        } while (offset < entry.size());
    }

    private RunResult copyRun(Run run) {
        return pool.with(buffers -> {
            Optional<SourceFile> opened = files.open(run.entry());
            if (opened.isEmpty()) {
                return RunResult.ofVanished();
            }
            try (SourceFile file = opened.get()) {
                RunResult result = new RunCopier(rules, run, file, buffers).copy();
                progress.addBytes(result.bytesRead());
                return result;
            }
        });
    }

    private void finish(FileAssembly first, @Nullable BaseFile below) {
        FileAssembly assembly = first;
        for (int attempt = 1; !assembly.consistent(); attempt++) {
            if (attempt == MOST_ATTEMPTS) {
                throw new ClusterException(
                        ErrorCode.SOURCE_UNREADABLE,
                        "file " + first.entry().path() + " changed its length again and again while it was read",
                        "repeat the backup at a time with less change");
            }
            Run whole = new Run(first.entry(), 0, currentSize(first.entry()), below);
            assembly = new FileAssembly(first.entry());
            assembly.add(whole, copyRun(whole));
        }
        List<RunResult> results = assembly.results();
        assembly.assemble(below != null).ifPresent(file -> {
            totals.file(file, results.stream().mapToLong(RunResult::bytesRead).sum());
            results.forEach(result -> totals.bad(result.badPages));
            if (below != null) {
                totals.adopted(AdoptedBytes.ofPages(base.orElseThrow(), below.content(), file, rules.pageSize()));
            }
            add(file);
        });
    }

    private long currentSize(ClusterEntry entry) {
        Optional<SourceFile> opened = files.open(entry);
        if (opened.isEmpty()) {
            return 0;
        }
        try (SourceFile file = opened.get()) {
            return file.size();
        }
    }

    private void copyPlain(ClusterEntry entry, Optional<ManifestChain.Chained> below, OrderedWork work) {
        Optional<ManifestEntry.File> known = below.map(ManifestChain.Chained::entry)
                .filter(ManifestEntry.File.class::isInstance)
                .map(ManifestEntry.File.class::cast)
                .filter(file -> !file.proof().paged());
        work.submit(
                () -> pool.with(buffers -> copyPlain(entry, known, buffers)),
                copied -> copied.ifPresent(plain -> {
                    totals.file(plain.file(), plain.bytesRead());
                    if (plain.file().map().overlay()) {
                        totals.adopted(AdoptedBytes.ofUnchanged(base.orElseThrow(), below.orElseThrow()));
                    }
                    if (model == null) {
                        model = plain.file().attributes();
                    }
                    add(plain.file());
                }));
    }

    private Optional<PlainCopier.Copied> copyPlain(
            ClusterEntry entry, Optional<ManifestEntry.File> known, CopyBuffers buffers) {
        Optional<SourceFile> opened = files.open(entry);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (SourceFile file = opened.get()) {
            PlainCopier.Content content =
                    (position, into, length) -> file.read(position, ByteBuffer.wrap(into, 0, length));
            PlainCopier.Copied copied = new PlainCopier(entry.path(), entry.attributes(), content, buffers).copy(known);
            progress.addBytes(copied.file().attributes().size());
            return Optional.of(copied);
        }
    }

    private void add(ManifestEntry.File file) {
        manifest.add(file);
        progress.addFile();
    }

    CopyTotals totals() {
        return totals;
    }

    /** Mode and owner of a plain file of the cluster, for files that are made up. */
    EntryAttributes model() {
        EntryAttributes found = model;
        if (found == null) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "the data directory holds no file " + ClusterPath.of("PG_VERSION"),
                    "name the data directory of the running server");
        }
        return found;
    }
}
