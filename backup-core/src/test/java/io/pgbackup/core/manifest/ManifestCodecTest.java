package io.pgbackup.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ManifestCodecTest {
    private static final int PAGE_SIZE = RandomManifests.PAGE_SIZE;

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll long seed) {
        List<ManifestEntry> entries = new RandomManifests(seed).entries(20);
        assertThat(read(pages(entries, 7))).isEqualTo(entries);
    }

    @Property(tries = 100)
    void damageIsMalformedContentOrOtherContentButNeverAnythingElse(@ForAll long seed) {
        byte[] page = pages(new RandomManifests(seed).entries(5), 5).get(0);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            byte[] damaged = page.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            readTolerantly(random.nextBoolean() ? damaged : Arrays.copyOf(damaged, random.nextInt(damaged.length)));
        }
    }

    private static void readTolerantly(byte[] page) {
        try {
            read(List.of(page));
        } catch (MalformedContentException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }

    @Property(tries = 50)
    void aPageCutAnywhereIsRefused(@ForAll long seed) {
        byte[] page = pages(new RandomManifests(seed).entries(2), 2).get(0);
        for (int length = 0; length < page.length; length += 1 + page.length / 300) {
            byte[] cut = Arrays.copyOf(page, length);
            assertThatThrownBy(() -> read(List.of(cut))).isInstanceOf(MalformedContentException.class);
        }
    }

    @Test
    void pagesInTheWrongOrderAreRefused() {
        List<byte[]> pages = pages(new RandomManifests(1).entries(6), 3);
        assertThatThrownBy(() -> read(List.of(pages.get(1), pages.get(0))))
                .isInstanceOf(MalformedContentException.class)
                .hasMessageContaining("does not follow");
    }

    @Test
    void aHugeCountIsRefusedBeforeMemoryIsTaken() {
        ByteSink sink = new ByteSink();
        sink.number(PAGE_SIZE);
        sink.number(Long.MAX_VALUE);
        assertThatThrownBy(() -> read(List.of(sink.toByteArray())))
                .isInstanceOf(MalformedContentException.class)
                .hasMessageContaining("bundles");
    }

    @Test
    void offsetsWhoseSumOverflowsAreRefused() {
        FrameRef first = frame(0, Long.MAX_VALUE - 100, 101, 0);
        FrameRef second = frame(1, first.offset() + first.stored(), 101, 1);
        ManifestEntry.File file = new ManifestEntry.File(
                ClusterPath.of("base/1/1"),
                new EntryAttributes(
                        2 * PAGE_SIZE, 0600, new EntryAttributes.Ownership("a", "a"), java.time.Instant.EPOCH),
                new FileProof(true, new byte[FileProof.DIGEST_LENGTH], 0),
                new BlockMap(false, List.of(first, second), UnitRuns.EMPTY, new long[2]));
        assertThatThrownBy(() -> read(pages(List.of(file), 1)))
                .isInstanceOf(MalformedContentException.class)
                .hasMessageContaining("offset");
    }

    private static FrameRef frame(int number, long offset, int stored, int unit) {
        return new FrameRef(new BundleRef(0, new byte[45]), number, offset, stored, UnitRuns.of(unit, 1));
    }

    @Test
    void anotherPageSizeIsRefused() {
        byte[] page = pages(new RandomManifests(1).entries(2), 2).get(0);
        assertThatThrownBy(() -> new ManifestStream(1, 4096, ignored -> page).next())
                .isInstanceOf(MalformedContentException.class);
    }

    private static List<byte[]> pages(List<ManifestEntry> entries, int perPage) {
        List<byte[]> pages = new ArrayList<>();
        for (int begin = 0; begin < entries.size(); begin += perPage) {
            ManifestPageWriter writer = new ManifestPageWriter(PAGE_SIZE);
            entries.subList(begin, Math.min(entries.size(), begin + perPage)).forEach(writer::add);
            pages.add(writer.finish());
        }
        return pages;
    }

    private static List<ManifestEntry> read(List<byte[]> pages) {
        List<ManifestEntry> entries = new ArrayList<>();
        Iterator<ManifestEntry> stream = new ManifestStream(pages.size(), PAGE_SIZE, pages::get);
        stream.forEachRemaining(entries::add);
        return entries;
    }
}
