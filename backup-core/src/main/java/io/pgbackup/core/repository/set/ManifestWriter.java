package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.ManifestPageWriter;
import io.pgbackup.core.pipeline.HeaderKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Writes the pages of one manifest as entries arrive. A page is stored as soon as the bundles it refers to are durable and not before: nothing
 * refers to what is not yet there. For one thread.
 */
public final class ManifestWriter {
    private static final int GREATEST_PAGE = 1 << 20;
    private static final int SMALLEST_PAGE = 1 << 16;
    private static final int PARTS = 64;

    private final ManifestStore store;
    private final BackupLabel label;
    private final BundleWriters bundles;
    private final int pageSize;
    private final int smallestPage;
    private final List<Waiting> waiting = new ArrayList<>();
    private List<ManifestRoot.Page> section = new ArrayList<>();
    private ManifestPageWriter page;
    private int nextPage;
    private long storedBytes;
    private long seenBytes;
    private long entryBytes;

    /** A page whose bundles are not yet durable. */
    private record Waiting(ManifestStore.Sealed page, Set<BundleRef> bundles) {}

    /**
     * For one set.
     *
     * @param store where
     * @param label of the set
     * @param bundles of the set
     * @param pageSize of the cluster, in bytes
     */
    public ManifestWriter(ManifestStore store, BackupLabel label, BundleWriters bundles, int pageSize) {
        this(store, label, bundles, pageSize, SMALLEST_PAGE);
    }

    /**
     * For one set, with pages of another length.
     *
     * @param store where
     * @param label of the set
     * @param bundles of the set
     * @param pageSize of the cluster, in bytes
     * @param smallestPage in bytes
     */
    public ManifestWriter(
            ManifestStore store, BackupLabel label, BundleWriters bundles, int pageSize, int smallestPage) {
        this.smallestPage = smallestPage;
        this.store = store;
        this.label = label;
        this.bundles = bundles;
        this.pageSize = pageSize;
        this.page = new ManifestPageWriter(pageSize);
    }

    /**
     * Adds an entry to the current section.
     *
     * @param entry behind the one before
     */
    public void add(ManifestEntry entry) {
        page.add(entry);
        if (bundles.storedBytes() != seenBytes) {
            storeReady();
        }
        if (page.size() >= target()) {
            endPage();
        }
    }

    /**
     * Small pages at first, then a fixed part of all before: what an interruption loses is small against what was done, and the number of pages stays
     * small too.
     */
    private long target() {
        return Math.max(smallestPage, Math.min(GREATEST_PAGE, entryBytes / PARTS));
    }

    /**
     * Ends a section; the next entry begins another.
     *
     * @return the pages of the section
     */
    public List<ManifestRoot.Page> endSection() {
        if (page.count() > 0) {
            endPage();
        }
        List<ManifestRoot.Page> pages = section;
        section = new ArrayList<>();
        return pages;
    }

    private void endPage() {
        int number = nextPage++;
        entryBytes += page.size();
        ManifestStore.Sealed sealed =
                store.seal(store.set(label).manifestPage(number), HeaderKind.MANIFEST_PAGE, page.finish());
        section.add(new ManifestRoot.Page(number, sealed.header(), page.count()));
        waiting.add(new Waiting(sealed, new HashSet<>(page.bundles())));
        page = new ManifestPageWriter(pageSize);
        storeReady();
    }

    private void storeReady() {
        seenBytes = bundles.storedBytes();
        Iterator<Waiting> pages = waiting.iterator();
        while (pages.hasNext()) {
            Waiting next = pages.next();
            if (bundles.areDurable(next.bundles())) {
                storedBytes += store.store(next.page());
                pages.remove();
            }
        }
    }

    /**
     * Stores what is left, and then the root. All bundles must have been flushed.
     *
     * @param root of the manifest
     * @return the root's object header, for the commit record
     */
    public byte[] finish(ManifestRoot root) {
        storeReady();
        if (!waiting.isEmpty()) {
            throw new IllegalStateException(waiting.size() + " manifest pages refer to bundles that are not durable");
        }
        ManifestStore.Sealed sealed =
                store.seal(store.set(label).manifestRoot(), HeaderKind.MANIFEST_ROOT, root.toBytes());
        storedBytes += store.store(sealed);
        return sealed.header();
    }

    /**
     * Bytes stored so far.
     *
     * @return pages and, at last, root
     */
    public long storedBytes() {
        return storedBytes;
    }
}
