package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.TablespaceLocation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalInt;

/**
 * Reads one manifest page, entry by entry, checking everything the format promises: order, bounds, units that are stored exactly once.
 * Throws {@link MalformedContentException}. Not safe for use by many threads.
 */
final class ManifestPageReader implements Iterator<ManifestEntry> {
    private static final int LONGEST_PATH = 64 * 1024;
    /** Far above every bundle, and far below what a sum of offsets may overflow. */
    private static final long MOST_OFFSET = 1L << 48;

    /** In the place of a CRC-32C: there is none. */
    static final long NO_CHECKSUM = 1L << 32;

    private final ByteCursor cursor;
    private final int pageSize;
    private final List<BundleRef> bundles = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int left;
    private byte[] previous = new byte[0];

    ManifestPageReader(byte[] page, int pageSize) {
        this.cursor = new ByteCursor(page);
        this.pageSize = pageSize;
        if (cursor.number() != pageSize) {
            throw new MalformedContentException("the page is of a cluster with another page size");
        }
        int bundleCount = cursor.count("bundles");
        for (int index = 0; index < bundleCount; index++) {
            bundles.add(new BundleRef(cursor.number(Integer.MAX_VALUE, "a bundle number"), cursor.counted("a header")));
        }
        int nameCount = cursor.count("names");
        for (int index = 0; index < nameCount; index++) {
            names.add(new String(cursor.counted("a name"), StandardCharsets.UTF_8));
        }
        left = cursor.count("entries");
    }

    @Override
    public boolean hasNext() {
        if (left == 0 && cursor.remaining() > 0) {
            throw new MalformedContentException(cursor.remaining() + " bytes follow the last entry");
        }
        return left > 0;
    }

    @Override
    public ManifestEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        left--;
        ClusterPath path = path();
        int kind = cursor.octet();
        EntryAttributes attributes = attributes();
        return switch (kind) {
            case ManifestPageWriter.DIRECTORY -> new ManifestEntry.Directory(path, attributes);
            case ManifestPageWriter.LINK -> new ManifestEntry.Link(path, attributes, target());
            case ManifestPageWriter.PLAIN -> file(path, attributes, false);
            case ManifestPageWriter.PAGED -> file(path, attributes, true);
            default -> throw new MalformedContentException("an entry is of kind " + kind);
        };
    }

    private ClusterPath path() {
        int shared = cursor.number(previous.length, "the shared part of a path");
        byte[] rest = cursor.raw(cursor.number(LONGEST_PATH - shared, "the length of a path"));
        byte[] path = new byte[shared + rest.length];
        System.arraycopy(previous, 0, path, 0, shared);
        System.arraycopy(rest, 0, path, shared, rest.length);
        previous = path;
        try {
            return ClusterPath.of(path);
        } catch (IllegalArgumentException e) {
            throw new MalformedContentException(e.getMessage());
        }
    }

    private TablespaceLocation target() {
        try {
            return TablespaceLocation.of(cursor.counted("a link"));
        } catch (IllegalArgumentException e) {
            throw new MalformedContentException(e.getMessage());
        }
    }

    private EntryAttributes attributes() {
        long size = cursor.number();
        int mode = cursor.number(07777, "a mode");
        String owner = name();
        String group = name();
        return new EntryAttributes(
                size, mode, new EntryAttributes.Ownership(owner, group), Instant.ofEpochMilli(cursor.fixed()));
    }

    private String name() {
        return names.get(cursor.number(names.size() - 1, "the number of a name"));
    }

    private ManifestEntry.File file(ClusterPath path, EntryAttributes attributes, boolean paged) {
        int unitSize = paged ? pageSize : ManifestEntry.File.PLAIN_UNIT;
        if (attributes.size() / unitSize > Integer.MAX_VALUE - 8) {
            throw new MalformedContentException(path + " has " + attributes.size() + " bytes");
        }
        int unitCount = ManifestEntry.File.unitCount(attributes.size(), unitSize);
        byte[] digest = cursor.raw(FileProof.DIGEST_LENGTH);
        long checksum = cursor.number();
        if (checksum > NO_CHECKSUM) {
            throw new MalformedContentException("a CRC-32C is " + checksum);
        }
        FileProof proof = new FileProof(
                paged, digest, checksum == NO_CHECKSUM ? OptionalInt.empty() : OptionalInt.of((int) checksum));
        boolean overlay = cursor.number(1, "the mark of an overlay") == 1;
        List<FrameRef> frames = frames(unitCount, Math.max(1, ManifestEntry.File.PLAIN_UNIT / unitSize));
        UnitRuns zeros = UnitRuns.readFrom(cursor, unitCount);
        long[] fingerprints = paged ? fingerprints(frames) : new long[0];
        BlockMap map = new BlockMap(overlay, frames, zeros, fingerprints);
        if (!overlay && map.ownUnits() != unitCount) {
            throw new MalformedContentException(
                    path + " has " + unitCount + " units, " + map.ownUnits() + " are stored");
        }
        return new ManifestEntry.File(path, attributes, proof, map);
    }

    private List<FrameRef> frames(int unitCount, int mostUnits) {
        int count = cursor.count("frames");
        List<FrameRef> frames = new ArrayList<>();
        int end = 0;
        while (frames.size() < count) {
            BundleRef bundle = bundles.get(cursor.number(bundles.size() - 1, "the number of a bundle"));
            int number = cursor.number(Integer.MAX_VALUE - count, "the number of a frame");
            long offset = cursor.number();
            int following = cursor.number(count - frames.size(), "the number of frames that follow");
            if (following == 0 || offset > MOST_OFFSET) {
                throw new MalformedContentException(following + " frames follow at offset " + offset);
            }
            for (int index = 0; index < following; index++) {
                int stored = cursor.number(1 << 20, "the length of a frame");
                UnitRuns units = UnitRuns.readFrom(cursor, unitCount);
                if (units.isEmpty() || units.first() < end || units.count() > mostUnits) {
                    throw new MalformedContentException("the units of a frame are out of order or too many");
                }
                end = units.end();
                frames.add(new FrameRef(bundle, number + index, offset, stored, units));
                offset += stored;
            }
        }
        return frames;
    }

    private long[] fingerprints(List<FrameRef> frames) {
        long count = 0;
        for (FrameRef frame : frames) {
            count += frame.units().count();
        }
        if (count > cursor.remaining() / Long.BYTES) {
            throw new MalformedContentException(
                    count + " fingerprints do not fit into " + cursor.remaining() + " bytes");
        }
        long[] fingerprints = new long[(int) count];
        for (int index = 0; index < fingerprints.length; index++) {
            fingerprints[index] = cursor.fixed();
        }
        return fingerprints;
    }
}
