package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Writes entries, in the order of their paths, into one manifest page: a table of the bundles and one of the names it uses, then the entries.
 * A page can be read without any other. Not safe for use by many threads.
 */
public final class ManifestPageWriter {
    static final int DIRECTORY = 1;
    static final int LINK = 2;
    static final int PLAIN = 3;
    static final int PAGED = 4;

    private final int pageSize;
    private final ByteSink entries = new ByteSink();
    private final Map<BundleRef, Integer> bundles = new LinkedHashMap<>();
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private byte[] previous = new byte[0];
    private Optional<ClusterPath> last = Optional.empty();
    private int count;

    /**
     * Begins a page.
     *
     * @param pageSize of the cluster, in bytes
     */
    public ManifestPageWriter(int pageSize) {
        this.pageSize = pageSize;
    }

    /**
     * Adds an entry.
     *
     * @param entry behind the one before
     */
    public void add(ManifestEntry entry) {
        last.ifPresent(path -> {
            if (path.compareTo(entry.path()) >= 0) {
                throw new IllegalStateException(entry.path() + " does not follow " + path);
            }
        });
        last = Optional.of(entry.path());
        path(entry.path().bytes());
        if (entry instanceof ManifestEntry.File file) {
            entries.octet(file.proof().paged() ? PAGED : PLAIN);
            attributes(file.attributes());
            content(file);
        } else if (entry instanceof ManifestEntry.Link link) {
            entries.octet(LINK);
            attributes(link.attributes());
            entries.counted(link.target().bytes());
        } else {
            entries.octet(DIRECTORY);
            attributes(entry.attributes());
        }
        count++;
    }

    private void path(byte[] path) {
        int shared = 0;
        int shorter = Math.min(path.length, previous.length);
        while (shared < shorter && path[shared] == previous[shared]) {
            shared++;
        }
        entries.number(shared);
        entries.number(path.length - shared);
        entries.raw(path, shared, path.length - shared);
        previous = path;
    }

    private void attributes(EntryAttributes attributes) {
        entries.number(attributes.size());
        entries.number(attributes.mode());
        entries.number(name(attributes.ownership().owner()));
        entries.number(name(attributes.ownership().group()));
        entries.fixed(attributes.modified().toEpochMilli());
    }

    private int name(String name) {
        return names.computeIfAbsent(name, added -> names.size());
    }

    private void content(ManifestEntry.File file) {
        entries.raw(file.proof().digest());
        OptionalInt crc = file.proof().crc32c();
        entries.number(crc.isPresent() ? Integer.toUnsignedLong(crc.getAsInt()) : ManifestPageReader.NO_CHECKSUM);
        BlockMap map = file.map();
        entries.octet(map.overlay() ? 1 : 0);
        frames(map.frames());
        map.zeros().writeTo(entries);
        for (long fingerprint : map.fingerprints()) {
            entries.fixed(fingerprint);
        }
    }

    /** Frames that follow each other in one bundle share its number, their own numbers and their offsets. */
    private void frames(List<FrameRef> frames) {
        entries.number(frames.size());
        int index = 0;
        while (index < frames.size()) {
            int end = index + 1;
            while (end < frames.size() && follows(frames.get(end - 1), frames.get(end))) {
                end++;
            }
            FrameRef first = frames.get(index);
            entries.number(bundles.computeIfAbsent(first.bundle(), added -> bundles.size()));
            entries.number(first.number());
            entries.number(first.offset());
            entries.number(end - index);
            for (FrameRef frame : frames.subList(index, end)) {
                entries.number(frame.stored());
                frame.units().writeTo(entries);
            }
            index = end;
        }
    }

    private static boolean follows(FrameRef frame, FrameRef next) {
        return next.bundle().equals(frame.bundle())
                && next.number() == frame.number() + 1
                && next.offset() == frame.offset() + frame.stored();
    }

    /**
     * Bytes of the page so far, without its tables.
     *
     * @return at least 0
     */
    public int size() {
        return entries.size();
    }

    /**
     * The number of entries so far.
     *
     * @return at least 0
     */
    public int count() {
        return count;
    }

    /**
     * The bundles that the page refers to.
     *
     * @return no page may be stored before they are
     */
    public Collection<BundleRef> bundles() {
        return List.copyOf(bundles.keySet());
    }

    /**
     * The page.
     *
     * @return its bytes
     */
    public byte[] finish() {
        ByteSink page = new ByteSink();
        page.number(pageSize);
        page.number(bundles.size());
        bundles.keySet().forEach(bundle -> {
            page.number(bundle.sequence());
            page.counted(bundle.header());
        });
        page.number(names.size());
        names.keySet().forEach(name -> page.counted(name.getBytes(StandardCharsets.UTF_8)));
        page.number(count);
        page.append(entries);
        return page.toByteArray();
    }
}
