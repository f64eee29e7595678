package io.pgbackup.core.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestChain.Level;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ResolvedFileTest {
    private static final int PAGE_SIZE = 8192;
    private static final long ZERO = 42;

    /** A file that grows, shrinks and changes at random; each version is backed up as an overlay on the one before. */
    @Property(tries = 300)
    void everyVersionOfAChainResolvesToItsOwnPages(@ForAll long seed) {
        Random random = new Random(seed);
        List<Level> chain = new ArrayList<>();
        long[] previous = new long[0];
        for (int set = 0; set < 7; set++) {
            long[] pages = next(previous, random);
            chain.add(0, new Level(set, backup(set, previous, pages)));
            List<Level> levels = chain.subList(0, lastNeeded(chain));
            ResolvedFile resolved = ResolvedFile.of(levels, PAGE_SIZE, ZERO);
            assertThat(fingerprints(resolved)).isEqualTo(pages);
            assertThat(fetched(resolved, pages)).isEqualTo(pages);
            previous = pages;
        }
    }

    private static int lastNeeded(List<Level> newestFirst) {
        int count = 1;
        while (newestFirst.get(count - 1).file().map().overlay()) {
            count++;
        }
        return count;
    }

    private static long[] next(long[] previous, Random random) {
        long[] pages = Arrays.copyOf(previous, random.nextInt(40));
        for (int page = 0; page < pages.length; page++) {
            if (page >= previous.length || random.nextInt(4) == 0) {
                pages[page] = random.nextInt(5) == 0 ? ZERO : random.nextLong();
            }
        }
        return pages;
    }

    private static long[] fingerprints(ResolvedFile file) {
        long[] pages = new long[file.unitCount()];
        Arrays.setAll(pages, file::fingerprint);
        return pages;
    }

    /** What a restore would write: the needed units of each frame, in the frame's order, and zeros elsewhere. */
    private static long[] fetched(ResolvedFile file, long[] expectedLength) {
        long[] pages = new long[expectedLength.length];
        Arrays.fill(pages, ZERO);
        for (NeededFrame frame : file.frames()) {
            int[] position = {0};
            frame.needed().forEach((first, count) -> {
                for (int unit = first; unit < first + count; unit++) {
                    pages[unit] = frame.expected()[position[0]++];
                }
            });
            assertThat(position[0]).isEqualTo(frame.expected().length);
        }
        return pages;
    }

    @Test
    void aUnitThatIsStoredNowhereIsRefused() {
        ManifestEntry.File overlay = backup(1, new long[] {1, 2}, new long[] {1, 3});
        ManifestEntry.File shortBase = backup(0, new long[0], new long[0]);
        assertThatThrownBy(
                        () -> ResolvedFile.of(List.of(new Level(1, overlay), new Level(0, shortBase)), PAGE_SIZE, ZERO))
                .isInstanceOf(MalformedContentException.class)
                .hasMessageContaining("unit 0");
    }

    @Test
    void fingerprintsThatDoNotAgreeWithTheProofAreRefused() {
        ManifestEntry.File overlay = backup(1, new long[] {1, 2}, new long[] {1, 3});
        ManifestEntry.File otherBase = backup(0, new long[0], new long[] {9, 2});
        assertThatThrownBy(
                        () -> ResolvedFile.of(List.of(new Level(1, overlay), new Level(0, otherBase)), PAGE_SIZE, ZERO))
                .isInstanceOf(MalformedContentException.class)
                .hasMessageContaining("proof");
    }

    private static ManifestEntry.File backup(int set, long[] base, long[] pages) {
        List<FrameRef> frames = new ArrayList<>();
        UnitRuns.Builder zeros = new UnitRuns.Builder();
        List<Long> stored = new ArrayList<>();
        UnitRuns.Builder units = new UnitRuns.Builder();
        int inFrame = 0;
        boolean overlay = base.length > 0 && set > 0;
        for (int page = 0; page < pages.length; page++) {
            if (overlay && page < base.length && base[page] == pages[page]) {
                continue;
            }
            if (pages[page] == ZERO) {
                zeros.add(page, 1);
                continue;
            }
            stored.add(pages[page]);
            units.add(page, 1);
            if (++inFrame == 8) {
                frames.add(frame(set, frames.size(), units.build()));
                units = new UnitRuns.Builder();
                inFrame = 0;
            }
        }
        if (inFrame > 0) {
            frames.add(frame(set, frames.size(), units.build()));
        }
        long size = (long) pages.length * PAGE_SIZE;
        long[] fingerprints = stored.stream().mapToLong(Long::longValue).toArray();
        return new ManifestEntry.File(
                ClusterPath.of("base/1/2"),
                new EntryAttributes(size, 0600, new EntryAttributes.Ownership("a", "b"), Instant.EPOCH),
                new FileProof(true, FileProof.digestOfPages(size, pages), 0),
                new BlockMap(overlay, frames, zeros.build(), fingerprints));
    }

    private static FrameRef frame(int set, int number, UnitRuns units) {
        return new FrameRef(new BundleRef(set, new byte[45]), number, 45 + number * 100L, 100, units);
    }
}
