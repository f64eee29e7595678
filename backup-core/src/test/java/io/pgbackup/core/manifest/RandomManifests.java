package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.TablespaceLocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Makes manifests of every shape the format allows. */
public final class RandomManifests {
    public static final int PAGE_SIZE = 8192;

    private final Random random;

    public RandomManifests(long seed) {
        this.random = new Random(seed);
    }

    public List<ManifestEntry> entries(int count) {
        TreeSet<ClusterPath> paths = new TreeSet<>();
        while (paths.size() < count) {
            paths.add(path());
        }
        List<ManifestEntry> entries = new ArrayList<>();
        paths.forEach(path -> entries.add(entry(path)));
        return entries;
    }

    private ClusterPath path() {
        ClusterPath path = ClusterPath.ROOT;
        int depth = 1 + random.nextInt(3);
        for (int level = 0; level < depth; level++) {
            byte[] name = new byte[1 + random.nextInt(12)];
            for (int index = 0; index < name.length; index++) {
                do {
                    name[index] = (byte) random.nextInt(256);
                } while (name[index] == '/' || name[index] == 0 || name[index] == '.');
            }
            path = path.resolve(name);
        }
        return path;
    }

    private ManifestEntry entry(ClusterPath path) {
        return switch (random.nextInt(6)) {
            case 0 -> new ManifestEntry.Directory(path, attributes(0));
            case 1 -> new ManifestEntry.Link(path, attributes(0), TablespaceLocation.of("/ts/" + random.nextInt(9)));
            case 2 -> file(path, false);
            default -> file(path, true);
        };
    }

    private EntryAttributes attributes(long size) {
        return new EntryAttributes(
                size,
                random.nextInt(01000),
                new EntryAttributes.Ownership("user" + random.nextInt(3), "group" + random.nextInt(2)),
                Instant.ofEpochMilli(random.nextLong() >>> 20));
    }

    private ManifestEntry.File file(ClusterPath path, boolean paged) {
        int unitSize = paged ? PAGE_SIZE : ManifestEntry.File.PLAIN_UNIT;
        int units = random.nextInt(60);
        long size = units == 0 ? 0 : (long) units * unitSize - (random.nextBoolean() ? 0 : random.nextInt(unitSize));
        boolean overlay = random.nextBoolean();
        byte[] digest = new byte[FileProof.DIGEST_LENGTH];
        random.nextBytes(digest);
        return new ManifestEntry.File(
                path, attributes(size), new FileProof(paged, digest, random.nextInt()), map(units, paged, overlay));
    }

    private BlockMap map(int units, boolean paged, boolean overlay) {
        List<FrameRef> frames = new ArrayList<>();
        UnitRuns.Builder zeros = new UnitRuns.Builder();
        UnitRuns.Builder current = new UnitRuns.Builder();
        int most = paged ? 8 : 1;
        int inFrame = 0;
        long offset = 45;
        int stored = 0;
        for (int unit = 0; unit < units; unit++) {
            int choice = overlay ? random.nextInt(4) : 1 + random.nextInt(3);
            if (choice == 0) {
                continue;
            }
            if (choice == 1) {
                zeros.add(unit, 1);
                continue;
            }
            current.add(unit, 1);
            stored++;
            if (++inFrame == most || random.nextInt(5) == 0) {
                offset = addFrame(frames, current, offset);
                current = new UnitRuns.Builder();
                inFrame = 0;
            }
        }
        if (inFrame > 0) {
            addFrame(frames, current, offset);
        }
        long[] fingerprints = random.longs(paged ? stored : 0).toArray();
        return new BlockMap(overlay, frames, zeros.build(), fingerprints);
    }

    private long addFrame(List<FrameRef> frames, UnitRuns.Builder units, long offset) {
        int length = 24 + random.nextInt(65_000);
        int number = frames.isEmpty()
                ? random.nextInt(100)
                : frames.get(frames.size() - 1).number() + 1;
        boolean jump = random.nextInt(4) == 0;
        long begin = jump ? offset + random.nextInt(1000) : offset;
        frames.add(new FrameRef(bundle(jump ? random.nextInt(5) : 0), number, begin, length, units.build()));
        return begin + length;
    }

    private static BundleRef bundle(int sequence) {
        byte[] header = new byte[45];
        header[0] = (byte) sequence;
        return new BundleRef(sequence, header);
    }
}
