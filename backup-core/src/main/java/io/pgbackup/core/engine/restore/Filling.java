package io.pgbackup.core.engine.restore;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.restore.plan.ChangeTally;
import io.pgbackup.core.engine.restore.plan.DatabaseSelection;
import io.pgbackup.core.engine.restore.plan.FileComparison;
import io.pgbackup.core.engine.restore.plan.ResolvedFiles;
import io.pgbackup.core.engine.restore.plan.SetFile;
import io.pgbackup.core.engine.restore.target.Existing;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.engine.restore.target.TargetFile;
import io.pgbackup.core.engine.restore.target.TargetJoin;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.work.OrderedWork;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes directories, links and files what they shall be. What is there already is compared by the workers, and only what differs is read from the
 * repository. For one thread.
 */
final class Filling implements TargetJoin.Visitor {
    /** What a filling works with. */
    record Means(
            Operation operation,
            ContentReader reader,
            OrderedWork work,
            ResolvedFiles resolved,
            TargetFile.Rules rules,
            DatabaseSelection selection) {}

    private final Means means;
    private final TargetDirectory target;
    private final ChangeTally tally;
    private final RestoredFiles heard;
    private final FileComparison comparison;
    private final Deque<Compared> ready = new ArrayDeque<>();
    private @Nullable SetFile control;
    private @Nullable EntryAttributes fileModel;
    private @Nullable EntryAttributes directoryModel;
    private boolean tablespacesInPlace;

    /** A file of the target that was compared, and what of it is still to be read. */
    private record Compared(ResolvedFile wanted, TargetFile target, List<NeededFrame> frames) {}

    /**
     * Begins.
     *
     * @param heard hears of every file
     */
    Filling(Means means, TargetDirectory target, ChangeTally tally, RestoredFiles heard) {
        this.means = means;
        this.target = target;
        this.tally = tally;
        this.heard = heard;
        this.comparison = new FileComparison(means.resolved().fingerprint());
    }

    @Override
    public void wanted(ManifestChain.Chained wanted, Path path, Existing existing) {
        means.operation().heartbeat();
        if (wanted.entry() instanceof ManifestEntry.Directory directory) {
            noteInPlace(directory);
            target.directory(directory, path, existing);
        } else if (wanted.entry() instanceof ManifestEntry.Link link) {
            target.link(link, path, existing);
        } else if (wanted.entry() instanceof ManifestEntry.File file) {
            file(file, wanted, path, existing);
        }
        readCompared();
    }

    /** Was removed before; what appears meanwhile is nothing this restore decided about. */
    @Override
    public void surplus(Path path) {
        means.operation().heartbeat();
    }

    /** A real directory below pg_tblspc makes recovery stop, unless the server is told that it is meant. */
    private void noteInPlace(ManifestEntry.Directory directory) {
        if (directoryModel == null) {
            directoryModel = directory.attributes();
        }
        tablespacesInPlace |= directory.path().components().size() == 2
                && directory.path().components().get(0).equals("pg_tblspc");
    }

    private void file(ManifestEntry.File file, ManifestChain.Chained wanted, Path path, Existing existing) {
        if (fileModel == null && !file.proof().paged()) {
            fileModel = file.attributes();
        }
        boolean absent = existing.is(Existing.Kind.ABSENT);
        TargetFile.Manner whole = absent ? TargetFile.Manner.CREATE : TargetFile.Manner.REWRITE;
        if (file.proof().paged() && means.selection().excludes(file.path())) {
            heard.blank(file);
            means.reader().read(file, List.of(), new TargetFile(path, file, whole, means.rules()));
            return;
        }
        ResolvedFile resolved = means.resolved().of(wanted);
        if (file.path().toString().equals(TargetDirectory.CONTROL_FILE)) {
            control = SetFile.of(file, resolved.frames(), means.reader());
            return;
        }
        heard.restored(file);
        if (absent) {
            tally.fetch(
                    file.proof().paged() ? resolved.unitCount() : 0,
                    file.attributes().size());
            means.reader().read(file, resolved.frames(), new TargetFile(path, file, whole, means.rules()));
        } else {
            means.work().submit(() -> compare(path, resolved), ready::add);
        }
    }

    /** On a worker: finds what differs and writes the zeros among it; the rest comes from the repository. */
    private Compared compare(Path path, ResolvedFile wanted) {
        ManifestEntry.File file = wanted.file();
        FileComparison.Difference difference = comparison.compare(path, wanted);
        boolean paged = file.proof().paged();
        tally.reuse(difference.equalBytes());
        tally.fetch(
                paged ? difference.units().cardinality() : 0, file.attributes().size() - difference.equalBytes());
        means.operation().progress().addBytes(difference.equalBytes());
        boolean rewrite = !paged && !difference.units().isEmpty();
        TargetFile patched = new TargetFile(
                path, file, rewrite ? TargetFile.Manner.REWRITE : TargetFile.Manner.PATCH, means.rules());
        if (rewrite) {
            return new Compared(wanted, patched, wanted.frames());
        }
        List<NeededFrame> frames = new ArrayList<>();
        for (NeededFrame frame : wanted.frames()) {
            Optional<NeededFrame> fewer = frame.only(difference.units());
            fewer.ifPresent(frames::add);
        }
        zeros(difference.units(), frames)
                .forEach((first, count) -> patched.zero(
                        (long) first * wanted.unitSize(),
                        (long) (count - 1) * wanted.unitSize() + wanted.unitLength(first + count - 1)));
        return new Compared(wanted, patched, frames);
    }

    /** Units that differ and are stored nowhere, because they are zero. */
    private static UnitRuns zeros(BitSet changed, List<NeededFrame> stored) {
        BitSet zeros = (BitSet) changed.clone();
        for (NeededFrame frame : stored) {
            frame.needed().forEach((first, count) -> zeros.clear(first, first + count));
        }
        UnitRuns.Builder runs = new UnitRuns.Builder();
        zeros.stream().forEach(unit -> runs.add(unit, 1));
        return runs.build();
    }

    private void readCompared() {
        for (Compared next = ready.poll(); next != null; next = ready.poll()) {
            means.reader().read(next.wanted().file(), next.frames(), next.target());
        }
    }

    /** Waits until everything that was met is in place. */
    void finish() {
        do {
            means.work().drain();
            readCompared();
        } while (!ready.isEmpty());
        means.reader().drain();
    }

    boolean tablespacesInPlace() {
        return tablespacesInPlace;
    }

    Optional<SetFile> control() {
        return Optional.ofNullable(control);
    }

    /** Mode and owner of a file of the cluster, for files that are made up. */
    Optional<EntryAttributes> fileModel() {
        return Optional.ofNullable(fileModel);
    }

    /** Mode and owner of a directory of the cluster. */
    Optional<EntryAttributes> directoryModel() {
        return Optional.ofNullable(directoryModel);
    }
}
