package io.pgbackup.core.engine.copy;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.set.ManifestStore;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/** What a new set shall hold, taken from the manifests of another one. For one thread. */
final class SetEntries {
    /** Receives entries in the order of their paths. */
    interface Sink {
        /** A directory or link. */
        void entry(ManifestEntry entry);

        /** A file and what is stored of it. */
        void file(FileContent content);
    }

    private final SetContents contents;
    private final boolean combined;
    private final int pageSize;
    private final long zeroFingerprint;

    private SetEntries(SetContents contents, boolean combined) {
        this.contents = contents;
        this.combined = combined;
        this.pageSize = contents.root().pageSize();
        this.zeroFingerprint = new FrameFingerprint(contents.root().seed()).of(new byte[pageSize], 0, pageSize);
    }

    /** What the set itself stores, with what it adopted; whatever it takes from its base is taken from the new set's base. */
    static SetEntries own(SetContents contents) {
        return new SetEntries(contents, false);
    }

    /** Everything, wherever in the chain it is stored. */
    static SetEntries combined(SetContents contents) {
        return new SetEntries(contents, true);
    }

    SetContents contents() {
        return contents;
    }

    /** Files copied while the server ran. The heartbeat is called for each entry, also for those of which nothing is copied. */
    void files(Sink sink, Runnable heartbeat) {
        if (!combined && contents.firstLevel() == contents.ownLevel()) {
            ownFiles(sink, heartbeat);
            return;
        }
        ManifestChain chain = guarded(contents::files);
        while (guarded(chain::hasNext)) {
            heartbeat.run();
            ManifestChain.Chained next = guarded(chain::next);
            if (next.entry() instanceof ManifestEntry.File) {
                sink.file(guarded(() -> combined ? whole(next.levels()) : own(next.levels())));
            } else {
                sink.entry(next.entry());
            }
        }
    }

    /** Only its own manifest is needed: that of a base may be a thousand times larger. */
    private void ownFiles(Sink sink, Runnable heartbeat) {
        Iterator<ManifestEntry> entries = new ManifestStore(contents.repository(), contents.layout())
                .entries(contents.root().label(), pageSize, contents.root().files());
        while (entries.hasNext()) {
            heartbeat.run();
            ManifestEntry entry = entries.next();
            if (entry instanceof ManifestEntry.File file) {
                sink.file(guarded(() -> own(List.of(new ManifestChain.Level(contents.ownLevel(), file)))));
            } else {
                sink.entry(entry);
            }
        }
    }

    private FileContent whole(List<ManifestChain.Level> levels) {
        return FileContent.of(ResolvedFile.of(levels, pageSize, zeroFingerprint), false);
    }

    /** A copy has no aborted labels to lean on: what was adopted becomes its own. */
    private FileContent own(List<ManifestChain.Level> levels) {
        List<ManifestChain.Level> own = levels.stream()
                .filter(level -> level.set() >= contents.firstLevel())
                .toList();
        boolean overlay = own.get(own.size() - 1).file().map().overlay();
        return FileContent.of(ResolvedFile.part(own, pageSize, zeroFingerprint), overlay);
    }

    /** What was added at the end: every set stores all of it itself. */
    void late(Sink sink) {
        contents.lateFiles().forEachRemaining(entry -> {
            if (entry instanceof ManifestEntry.File file) {
                sink.file(FileContent.late(contents.ownLevel(), file));
            } else {
                sink.entry(entry);
            }
        });
    }

    /** What the manifests say does not fit together: they are authentic, so it was written so. */
    private <T> T guarded(Supplier<T> step) {
        return contents.repository()
                .parse(
                        contents.layout().set(contents.root().label()).manifestRoot(),
                        new byte[0],
                        ignored -> step.get());
    }
}
