package io.pgbackup.core.engine.copy;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.ManifestStore;
import java.util.Iterator;
import java.util.function.Consumer;

/** What a new set shall hold, taken from the manifests of another one. */
abstract class SetEntries {
    /** Receives entries in the order of their paths. */
    interface Sink {
        /** A directory or link. */
        void entry(ManifestEntry entry);

        /** A file and what is stored of it. */
        void file(FileContent content);
    }

    final SetContents contents;

    private SetEntries(SetContents contents) {
        this.contents = contents;
    }

    /** What the set itself stores; whatever it takes from its base is taken from the new set's base. */
    static SetEntries own(SetContents contents) {
        return new SetEntries(contents) {
            @Override
            void files(Sink sink) {
                new ManifestStore(contents.repository(), contents.layout())
                        .entries(contents.root(), contents.root().files())
                        .forEachRemaining(own(sink));
            }
        };
    }

    /** Everything, wherever in the chain it is stored. */
    static SetEntries combined(SetContents contents) {
        return new SetEntries(contents) {
            @Override
            void files(Sink sink) {
                int pageSize = contents.root().pageSize();
                long zero = new FrameFingerprint(contents.root().seed()).of(new byte[pageSize], 0, pageSize);
                ManifestChain chain = contents.files();
                while (guarded(chain::hasNext)) {
                    ManifestChain.Chained next = guarded(chain::next);
                    if (next.entry() instanceof ManifestEntry.File) {
                        ResolvedFile resolved = guarded(() -> ResolvedFile.of(next.levels(), pageSize, zero));
                        sink.file(FileContent.combined(resolved));
                    } else {
                        sink.entry(next.entry());
                    }
                }
            }
        };
    }

    /** Files copied while the server ran. */
    abstract void files(Sink sink);

    /** What was added at the end: every set stores all of it itself. */
    void late(Sink sink) {
        Iterator<ManifestEntry> late = contents.lateFiles();
        late.forEachRemaining(own(sink));
    }

    final Consumer<ManifestEntry> own(Sink sink) {
        int own = contents.roots().size() - 1;
        return entry -> {
            if (entry instanceof ManifestEntry.File file) {
                sink.file(FileContent.own(own, file));
            } else {
                sink.entry(entry);
            }
        };
    }

    /** What the manifests say does not fit together: they are authentic, so it was written so. */
    final <T> T guarded(java.util.function.Supplier<T> step) {
        return contents.repository()
                .parse(
                        contents.layout().set(contents.root().label()).manifestRoot(),
                        new byte[0],
                        ignored -> step.get());
    }
}
