package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.ContentDigest;
import io.pgbackup.core.crypto.RepositoryCipher;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ObjectSealerTest {
    private static final int FRAME = ObjectSealer.MAXIMUM_FRAME;
    private static final byte[] NOTHING = new byte[0];

    @Property(tries = 60)
    void framesAreReadAloneInAnyOrder(@ForAll @Size(min = 1, max = 8) List<@IntRange(max = 70_000) Integer> lengths)
            throws IOException {
        for (RepositoryCipher cipher : Fixture.both()) {
            ObjectSealer sealer = Fixture.sealer(cipher, CodecSpec.LZ4);
            ObjectHeader header = sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
            List<byte[]> contents = new ArrayList<>();
            List<FrameLocation> locations = new ArrayList<>();
            for (int length : lengths) {
                byte[] content = length % 2 == 0
                        ? Fixture.text(Math.min(length, FRAME))
                        : Fixture.noise(Math.min(length, FRAME));
                contents.add(content);
                locations.add(sealer.add(content, 0, content.length));
            }
            sealer.addLast(NOTHING, 0, 0);
            byte[] object = Fixture.bytes(sealer.payload());
            List<Integer> order = new ArrayList<>();
            for (int index = 0; index < contents.size(); index++) {
                order.add(index);
            }
            Collections.shuffle(order, new Random(lengths.size()));
            ObjectOpener opener = new ObjectOpener(cipher);
            opener.begin(
                    Fixture.KEY, HeaderKind.BUNDLE, ObjectHeader.parse(Fixture.KEY, header.encode(), header.length()));
            byte[] out = new byte[FRAME];
            for (int index : order) {
                FrameLocation where = locations.get(index);
                int length = opener.open(where, object, (int) where.offset(), out, 0);
                assertThat(Arrays.copyOf(out, length)).isEqualTo(contents.get(index));
            }
        }
    }

    @Test
    void locationsAreWhereTheBytesLie() {
        ObjectSealer sealer = Fixture.sealer(Fixture.encrypted(), CodecSpec.NONE);
        sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
        assertThat(sealer.size()).isEqualTo(45);
        assertThat(sealer.add(new byte[100], 0, 100)).isEqualTo(new FrameLocation(0, 45, 124));
        assertThat(sealer.add(new byte[100], 10, 90)).isEqualTo(new FrameLocation(1, 169, 114));
        assertThat(sealer.addLast(NOTHING, 0, 0)).isEqualTo(new FrameLocation(2, 283, 24));
        assertThat(sealer.size()).isEqualTo(307);
        assertThat(sealer.payload().size()).isEqualTo(307);
    }

    @Test
    void theSameContentUnderTheSameKeySharesNoSaltAndNoFrame() {
        Set<String> salts = new HashSet<>();
        Set<String> frames = new HashSet<>();
        RepositoryCipher cipher = Fixture.encrypted();
        for (int writer = 0; writer < 2; writer++) {
            ObjectSealer sealer = Fixture.sealer(cipher, CodecSpec.NONE);
            for (int attempt = 0; attempt < 50; attempt++) {
                sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
                sealer.add(new byte[32], 0, 32);
                sealer.addLast(new byte[32], 0, 32);
                byte[] object = Fixture.bytes(sealer.payload());
                salts.add(Arrays.toString(Arrays.copyOfRange(object, 12, 44)));
                frames.add(Arrays.toString(Arrays.copyOfRange(object, 53, 101)));
                frames.add(Arrays.toString(Arrays.copyOfRange(object, 109, 157)));
            }
        }
        assertThat(salts).hasSize(100);
        assertThat(frames).hasSize(200);
    }

    @Test
    void theCapacityIsNeverExceeded() {
        for (int capacity : new int[] {200, 1000, 300_000}) {
            ObjectSealer sealer = new ObjectSealer(Fixture.encrypted(), CodecSpec.LZ4, capacity, Fixture.RANDOM);
            sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
            byte[] noise = Fixture.noise(FRAME);
            while (sealer.remaining() > 0) {
                sealer.add(noise, 0, Math.min(sealer.remaining(), 5000));
            }
            assertThat(sealer.size()).isLessThanOrEqualTo(capacity);
            int remaining = sealer.remaining();
            assertThatIllegalArgumentException().isThrownBy(() -> sealer.add(noise, 0, remaining + 1));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectSealer(Fixture.encrypted(), CodecSpec.LZ4, 50, Fixture.RANDOM));
    }

    @Test
    void aFullSealerRefusesEvenAnEmptyFrame() {
        ObjectSealer sealer = new ObjectSealer(Fixture.encrypted(), CodecSpec.NONE, 200, Fixture.RANDOM);
        sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
        sealer.add(new byte[200], 0, 130);
        assertThat(sealer.remaining()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> sealer.addLast(NOTHING, 0, 0));
    }

    @Test
    void aFrameIsAtMost64Kibibytes() {
        ObjectSealer sealer = Fixture.sealer(Fixture.encrypted(), CodecSpec.NONE);
        sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
        assertThat(sealer.remaining()).isEqualTo(FRAME);
        assertThatIllegalArgumentException().isThrownBy(() -> sealer.add(new byte[FRAME + 1], 0, FRAME + 1));
    }

    @Test
    void framesAreStoredRawUnlessASixteenthIsSaved() {
        ObjectSealer sealer = Fixture.sealer(Fixture.encrypted(), CodecSpec.LZ4);
        sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
        byte[] mostlyNoise = Fixture.noise(FRAME);
        Arrays.fill(mostlyNoise, 0, FRAME / 20, (byte) 0);
        assertThat(sealer.add(mostlyNoise, 0, FRAME).storedLength()).isEqualTo(FRAME + 24);
        Arrays.fill(mostlyNoise, 0, FRAME / 10, (byte) 0);
        assertThat(sealer.add(mostlyNoise, 0, FRAME).storedLength()).isLessThan(FRAME - FRAME / 16);
    }

    @Test
    void theOrderOfCallsIsHeld() {
        ObjectSealer sealer = Fixture.sealer(Fixture.encrypted(), CodecSpec.NONE);
        assertThatIllegalStateException().isThrownBy(() -> sealer.add(NOTHING, 0, 0));
        assertThatIllegalStateException().isThrownBy(() -> sealer.drainTo(new ByteArrayOutputStream()));
        sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
        assertThatIllegalStateException().isThrownBy(sealer::payload);
        sealer.addLast(NOTHING, 0, 0);
        assertThatIllegalStateException().isThrownBy(() -> sealer.add(NOTHING, 0, 0));
        assertThatIllegalStateException().isThrownBy(() -> sealer.addLast(NOTHING, 0, 0));
    }

    @Test
    void anObjectLargerThanTheCapacityIsDrainedIntoASpool() throws IOException {
        for (RepositoryCipher cipher : Fixture.both()) {
            byte[] content = Fixture.noise(1_000_000);
            ContentDigest digest = cipher.contentDigest(cipher.currentGeneration());
            digest.update(content, 0, content.length);
            byte[] expected = digest.finish();
            ObjectSealer sealer = new ObjectSealer(cipher, CodecSpec.zstd(1), 200_000, Fixture.RANDOM);
            sealer.begin(Fixture.KEY, HeaderKind.WAL, expected);
            ByteArrayOutputStream spool = new ByteArrayOutputStream();
            FrameLocation last = new FrameLocation(-1, 0, 0);
            for (int offset = 0; offset < content.length; offset += 50_000) {
                if (sealer.remaining() < 50_000) {
                    sealer.drainTo(spool);
                }
                last = sealer.add(content, offset, 50_000);
            }
            sealer.addLast(NOTHING, 0, 0);
            assertThatIllegalStateException().isThrownBy(sealer::payload);
            sealer.drainTo(spool);
            assertThat(sealer.size()).isEqualTo(spool.size());
            assertThat(last.number()).isEqualTo(19);
            assertThat(last.offset() + last.storedLength()).isEqualTo(spool.size() - 8 - cipher.overhead());
            assertReadsBack(cipher, spool.toByteArray(), content, expected);
        }
    }

    private static void assertReadsBack(RepositoryCipher cipher, byte[] object, byte[] content, byte[] digest)
            throws IOException {
        ObjectOpener opener = new ObjectOpener(cipher);
        FrameReader reader = new FrameReader(opener, Fixture.KEY, HeaderKind.WAL, new ByteArrayInputStream(object));
        assertThat(reader.header().contentDigest().orElseThrow()).isEqualTo(digest);
        try (FrameInputStream in = new FrameInputStream(reader)) {
            assertThat(in.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void aSealerIsUsedAgain() {
        ObjectSealer sealer = Fixture.sealer(Fixture.encrypted(), CodecSpec.LZ4);
        SealedRecords records = new SealedRecords(Fixture.encrypted(), CodecSpec.LZ4, Fixture.RANDOM);
        for (int round = 0; round < 5; round++) {
            byte[] content = Fixture.text(1000 * round);
            sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
            if (round == 2) {
                continue;
            }
            sealer.addLast(content, 0, content.length);
            assertThat(records.open(Fixture.KEY, HeaderKind.BUNDLE, Fixture.bytes(sealer.payload())))
                    .isEqualTo(content);
        }
        sealer.close();
        sealer.close();
    }
}
