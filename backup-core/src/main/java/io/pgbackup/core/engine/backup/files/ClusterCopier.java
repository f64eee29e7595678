package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.ScanNote;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.work.OrderedWork;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Copies the files of a cluster while its server runs: walks over them once, joins the walk with the manifest of each lane's base, lets workers copy runs,
 * and writes each lane's manifest in the order of the walk. For one thread, which does no heavy work itself.
 */
public final class ClusterCopier {
    private static final long RUN_BYTES = 16 << 20;
    private static final int MOST_ATTEMPTS = 5;

    private final ClusterFiles files;
    private final CopyRules rules;
    private final CopyPool pool;
    private final List<LaneCopy> lanes;
    private final ProgressMeter progress;
    private @Nullable EntryAttributes model;

    public ClusterCopier(
            ClusterFiles files, CopyRules rules, CopyPool pool, List<LaneCopy> lanes, ProgressMeter progress) {
        this.files = files;
        this.rules = rules;
        this.pool = pool;
        this.lanes = lanes;
        this.progress = progress;
    }

    /** Copies everything; returns what the walk met and left out. */
    public List<ScanNote> copyAll(ScanOptions options, OrderedWork work) {
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
            case DIRECTORY -> work.then(() -> addAll(new ManifestEntry.Directory(entry.path(), entry.attributes())));
            case TABLESPACE_LINK ->
                work.then(() -> addAll(new ManifestEntry.Link(
                        entry.path(), entry.attributes(), entry.linkTarget().orElseThrow())));
            case FILE -> {
                List<LaneFile> known = lookUp(entry);
                if (entry.paged() && known.stream().allMatch(lane -> lane.unchanged(entry.size()))) {
                    work.then(() -> keep(entry, known));
                } else if (entry.paged()) {
                    copyPaged(entry, known, work);
                } else {
                    copyPlain(entry, known, work);
                }
            }
        }
    }

    private void addAll(ManifestEntry entry) {
        lanes.forEach(lane -> lane.state().attempt(() -> lane.manifest().add(entry)));
    }

    /** What the lanes that are left know of a file. */
    private List<LaneFile> lookUp(ClusterEntry entry) {
        List<LaneFile> known = new ArrayList<>(lanes.size());
        for (LaneCopy lane : lanes) {
            lane.state().attempt(() -> known.add(LaneFile.of(lane, entry, rules)));
        }
        return known;
    }

    private void copyPaged(ClusterEntry entry, List<LaneFile> known, OrderedWork work) {
        FileAssembly assembly = new FileAssembly(entry);
        long runBytes = RUN_BYTES - RUN_BYTES % rules.pageSize();
        long offset = 0;
        do {
            Run run = new Run(entry, offset, Math.min(runBytes, entry.size() - offset), known);
            offset += run.length();
            boolean last = offset >= entry.size();
            work.submit(() -> copyRun(run), result -> {
                assembly.add(run, result);
                if (last) {
                    finish(assembly, known);
                }
            });
        } while (offset < entry.size());
    }

    /** The file is not even opened. */
    private void keep(ClusterEntry entry, List<LaneFile> known) {
        known.forEach(file -> file.lane().state().attempt(() -> {
            ManifestEntry.File unchanged = file.asItWas(entry);
            file.count(unchanged, 0, rules.pageSize());
            file.lane().manifest().add(unchanged);
        }));
        progress.addBytes(entry.size());
        progress.addFile();
    }

    private RunResult copyRun(Run run) {
        return withFile(run.entry(), (file, buffers) -> {
                    RunResult result = new RunCopier(rules, run, file, buffers).copy();
                    progress.addBytes(result.length());
                    return result;
                })
                .orElseGet(RunResult::ofVanished);
    }

    /** Lets a worker use a file; empty if it is gone. */
    private <T> Optional<T> withFile(ClusterEntry entry, BiFunction<SourceFile, CopyBuffers, T> use) {
        return pool.with(buffers -> {
            Optional<SourceFile> opened = files.open(entry);
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (SourceFile file = opened.get()) {
                return Optional.of(use.apply(file, buffers));
            }
        });
    }

    private void finish(FileAssembly first, List<LaneFile> known) {
        FileAssembly assembly = first;
        for (int attempt = 1; !assembly.consistent(); attempt++) {
            if (attempt == MOST_ATTEMPTS) {
                throw new ClusterException(
                        ErrorCode.SOURCE_UNREADABLE,
                        "file " + first.entry().path() + " changed its length again and again while it was read",
                        "repeat the backup at a time with less change");
            }
            long size = Math.min(first.entry().size(), currentSize(first.entry()));
            Run whole = new Run(first.entry(), 0, size, known);
            assembly = new FileAssembly(first.entry());
            assembly.add(whole, copyRun(whole));
        }
        if (assembly.vanished()) {
            return;
        }
        for (int index = 0; index < known.size(); index++) {
            finish(assembly, known.get(index), index);
        }
        progress.addFile();
    }

    private void finish(FileAssembly assembly, LaneFile known, int index) {
        LaneCopy lane = known.lane();
        lane.state().attempt(() -> {
            ManifestEntry.File file = assembly.assemble(index);
            known.count(file, assembly.bytesRead(), rules.pageSize());
            lane.totals().bad(assembly.badPages());
            lane.manifest().add(file);
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

    private void copyPlain(ClusterEntry entry, List<LaneFile> known, OrderedWork work) {
        work.submit(
                () -> withFile(entry, (file, buffers) -> copyPlain(entry, known, file, buffers)),
                copied -> copied.ifPresent(files -> {
                    if (model == null) {
                        model = entry.attributes();
                    }
                    files.forEach(this::add);
                    progress.addFile();
                }));
    }

    private List<PlainCopier.Copied> copyPlain(
            ClusterEntry entry, List<LaneFile> known, SourceFile file, CopyBuffers buffers) {
        PlainCopier.Content content = (position, into, length) -> file.read(position, ByteBuffer.wrap(into, 0, length));
        List<PlainCopier.Copied> copied =
                new PlainCopier(entry.path(), entry.attributes(), content, buffers).copy(known);
        progress.addBytes(entry.size());
        return copied;
    }

    private void add(PlainCopier.Copied copied) {
        copied.lane().state().attempt(() -> {
            copied.known().count(copied.file(), copied.bytesRead(), rules.pageSize());
            copied.lane().manifest().add(copied.file());
        });
    }

    /** Mode and owner of a plain file of the cluster, for files that are made up. */
    public EntryAttributes model() {
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
