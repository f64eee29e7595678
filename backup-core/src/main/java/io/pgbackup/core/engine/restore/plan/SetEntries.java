package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.set.ManifestStore;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Both sections of a set as one stream in the order of paths. For one thread. */
public final class SetEntries implements Iterator<ManifestChain.Chained> {
    private final Iterator<ManifestChain.Chained> files;
    private final Iterator<ManifestChain.Chained> late;
    private ManifestChain.@Nullable Chained file;
    private ManifestChain.@Nullable Chained added;

    private SetEntries(Iterator<ManifestChain.Chained> files, Iterator<ManifestChain.Chained> late) {
        this.files = files;
        this.late = late;
        this.file = files.hasNext() ? files.next() : null;
        this.added = late.hasNext() ? late.next() : null;
    }

    /** With everything that the content of files is taken from. */
    public static SetEntries withLevels(SetContents contents) {
        return new SetEntries(contents.files(), alone(contents, contents.lateFiles()));
    }

    /** Names and sizes only; the manifests of the bases are not read. */
    public static SetEntries withoutLevels(SetContents contents) {
        Iterator<ManifestEntry> own = new ManifestStore(contents.repository(), contents.layout())
                .entries(
                        contents.root().label(),
                        contents.root().pageSize(),
                        contents.root().files());
        return new SetEntries(alone(contents, own), alone(contents, contents.lateFiles()));
    }

    private static Iterator<ManifestChain.Chained> alone(SetContents contents, Iterator<ManifestEntry> entries) {
        int own = contents.ownLevel();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public ManifestChain.Chained next() {
                ManifestEntry entry = entries.next();
                return new ManifestChain.Chained(
                        own,
                        entry,
                        entry instanceof ManifestEntry.File held
                                ? List.of(new ManifestChain.Level(own, held))
                                : List.of());
            }
        };
    }

    @Override
    public boolean hasNext() {
        return file != null || added != null;
    }

    @Override
    public ManifestChain.Chained next() {
        ManifestChain.Chained first = file;
        ManifestChain.Chained second = added;
        if (first != null
                && (second == null
                        || first.entry().path().compareTo(second.entry().path()) < 0)) {
            file = files.hasNext() ? files.next() : null;
            return first;
        }
        if (second == null) {
            throw new NoSuchElementException();
        }
        added = late.hasNext() ? late.next() : null;
        return second;
    }
}
