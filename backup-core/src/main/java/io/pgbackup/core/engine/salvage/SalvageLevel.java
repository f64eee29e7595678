package io.pgbackup.core.engine.salvage;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BundleIndex.IndexedFrame;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.RemainingBundle;
import io.pgbackup.core.repository.set.Remains;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One set of the chain: what its manifest still tells, and for all else what its bundles tell of themselves. For one thread. */
final class SalvageLevel {
    private final int number;
    private final BackupLabel label;
    private final Remains remains;
    private final Losses losses;
    private final Map<Integer, List<SavedFrame>> described = new HashMap<>();
    private final Set<ClusterPath> paths = new HashSet<>();
    private final Optional<Set<Integer>> adopted;
    private boolean complete;
    private boolean undescribed;

    /** A level; of an aborted set only the pages that a later one adopted count, if that is known. */
    SalvageLevel(int number, BackupLabel label, Remains remains, Losses losses, Optional<Set<Integer>> adopted) {
        this.adopted = adopted;
        this.number = number;
        this.label = label;
        this.remains = remains;
        this.losses = losses;
    }

    /** Lays this set upon what older sets left in the directory. */
    void layUpon(SalvageDirectory directory, Optional<ManifestRoot> root, Runnable heartbeat) {
        int pages = 0;
        for (ObjectKey key : remains.pages(label)) {
            heartbeat.run();
            if (adopted.isPresent() && !adopted.get().contains(Integer.parseInt(key.name()))) {
                continue;
            }
            Optional<Remains.Page> page = losses.trying(key, () -> remains.page(key));
            if (page.isPresent()) {
                page.get().entries().forEach(entry -> describe(entry, page.get().pageSize(), directory));
                pages++;
            }
        }
        int expected =
                root.map(known -> known.files().size() + known.late().size()).orElse(Integer.MAX_VALUE);
        complete = pages >= expected;
        if (root.isPresent() && !complete) {
            losses.add(
                    "of the manifest of " + label + " " + (expected - pages) + " of " + expected + " pages are lost");
        }
        if (complete) {
            directory.retain(paths);
        }
        int missing = adopted.map(Set::size).orElse(0) - (adopted.isPresent() ? pages : 0);
        if (missing > 0) {
            losses.add(missing + " pages of the manifest of " + label + " that were adopted are lost");
        }
        undescribed = adopted.isPresent() ? missing > 0 : !complete;
        for (ObjectKey key : remains.bundles(label)) {
            heartbeat.run();
            losses.trying(key, () -> remains.bundle(key)).ifPresent(bundle -> {
                try (bundle) {
                    save(bundle, directory);
                }
            });
        }
    }

    private void describe(ManifestEntry entry, int pageSize, SalvageDirectory directory) {
        if (!(entry instanceof ManifestEntry.File file)) {
            return;
        }
        int unitSize = file.unitSize(pageSize);
        paths.add(file.path());
        directory.describe(number, file, unitSize);
        for (FrameRef frame : file.map().frames()) {
            described
                    .computeIfAbsent(frame.bundle().sequence(), sequence -> new ArrayList<>())
                    .add(new SavedFrame(frame.number(), file.path(), unitSize, frame.units(), true));
        }
    }

    private void save(RemainingBundle bundle, SalvageDirectory directory) {
        int sequence = Integer.parseInt(bundle.key().name());
        List<SavedFrame> frames = new ArrayList<>(described.getOrDefault(sequence, List.of()));
        if (undescribed) {
            losses.trying(bundle.key(), bundle::index).ifPresent(index -> addUndescribed(index, frames));
        }
        byte[] plain = new byte[ObjectSealer.MAXIMUM_FRAME];
        for (SavedFrame frame : frames) {
            losses.trying(bundle.key(), () -> bundle.open(frame.number(), plain))
                    .ifPresent(length -> directory.write(number, frame, plain, length));
        }
    }

    private void addUndescribed(List<IndexedFrame> index, List<SavedFrame> frames) {
        for (IndexedFrame frame : index) {
            if (!paths.contains(frame.path())) {
                int frameNumber = Math.toIntExact(frame.location().number());
                frames.add(new SavedFrame(frameNumber, frame.path(), frame.unitSize(), frame.units(), false));
            }
        }
    }
}
