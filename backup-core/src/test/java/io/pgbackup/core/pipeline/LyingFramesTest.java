package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.compress.Codec;
import io.pgbackup.core.compress.CodecId;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.FrameSlice;
import io.pgbackup.core.crypto.ObjectCipher;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.crypto.Suite;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Frames that are authentic, sealed with the right key, and lie about what is in them: no more is ever written than they say, and no more than 64 KiB. */
class LyingFramesTest {
    private static final int FRAME = FrameHeader.MAXIMUM_PLAIN_LENGTH;

    @Test
    void whatInflatesToMoreThanItSaysIsRefused() {
        byte[] zeros = new byte[8 << 20];
        for (CodecSpec spec : List.of(CodecSpec.LZ4, CodecSpec.zstd(3))) {
            byte[] bomb = Arrays.copyOf(compressed(spec, zeros), Math.min(compressed(spec, zeros).length, FRAME));
            for (int said : new int[] {bomb.length + 1, FRAME}) {
                if (said <= FRAME) {
                    requireRefused(spec.id(), bomb, said);
                }
            }
        }
    }

    @Test
    void whatInflatesToLessThanItSaysIsRefused() {
        byte[] small = Fixture.text(5000);
        for (CodecSpec spec : List.of(CodecSpec.LZ4, CodecSpec.zstd(3))) {
            byte[] content = compressed(spec, small);
            requireRefused(spec.id(), content, 5001);
            requireRefused(spec.id(), content, FRAME);
            requireRefused(spec.id(), content, 4999);
        }
    }

    @Test
    void contentThatNoCompressorMadeIsRefused() {
        Random random = new Random(11);
        byte[] valid = compressed(CodecSpec.zstd(3), Fixture.text(9000));
        for (int round = 0; round < 500; round++) {
            byte[] noise = new byte[1 + random.nextInt(400)];
            random.nextBytes(noise);
            System.arraycopy(valid, 0, noise, 0, Math.min(noise.length, random.nextInt(20)));
            for (CodecId codec : List.of(CodecId.LZ4, CodecId.ZSTD)) {
                requireRefused(codec, noise, noise.length + 1 + random.nextInt(FRAME - noise.length));
            }
        }
    }

    @Test
    void lengthsThatNoWriterWritesAreRefusedBeforeAnythingIsRead() {
        for (RepositoryCipher cipher : Fixture.both()) {
            byte[] object = object(cipher, CodecId.LZ4, compressed(CodecSpec.LZ4, Fixture.text(900)), 900);
            for (int payload : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 1, FRAME + 17}) {
                byte[] changed = object.clone();
                FrameHeader.write(changed, ObjectHeader.SHORTEST, payload, FrameHeader.word(CodecId.LZ4, true, 900));
                requireRefused(cipher, changed);
            }
            for (int said : new int[] {0, FRAME + 1, 0xFFFFFF}) {
                byte[] changed = object.clone();
                int payload = FrameHeader.payloadLength(object, ObjectHeader.SHORTEST);
                FrameHeader.write(changed, ObjectHeader.SHORTEST, payload, FrameHeader.word(CodecId.LZ4, true, said));
                requireRefused(cipher, changed);
            }
        }
    }

    @Test
    void everyPrefixOfAnObjectIsRefused() {
        for (RepositoryCipher cipher : Fixture.both()) {
            for (CodecSpec spec : List.of(CodecSpec.NONE, CodecSpec.LZ4, CodecSpec.zstd(3))) {
                ObjectSealer sealer = Fixture.sealer(cipher, spec);
                sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
                sealer.add(Fixture.text(700), 0, 700);
                sealer.add(Fixture.noise(200), 0, 200);
                sealer.addLast(Fixture.text(0), 0, 0);
                byte[] object = Fixture.bytes(sealer.payload());
                assertThat(records(cipher).open(Fixture.KEY, HeaderKind.BUNDLE, object))
                        .hasSize(900);
                for (int length = 0; length < object.length; length++) {
                    requireRefused(cipher, Arrays.copyOf(object, length));
                }
            }
        }
    }

    private static byte[] compressed(CodecSpec spec, byte[] content) {
        try (Codec codec = spec.newCodec()) {
            byte[] out = new byte[codec.maxCompressedLength(content.length)];
            return Arrays.copyOf(out, codec.compress(content, 0, content.length, out, 0, out.length));
        }
    }

    private static byte[] object(RepositoryCipher repository, CodecId codec, byte[] content, int said) {
        boolean encrypted = repository.suite() != Suite.UNENCRYPTED;
        ObjectHeader header = new ObjectHeader(
                HeaderKind.BUNDLE, repository.suite(), encrypted ? 1 : 0, Fixture.sequence(32, 1), new byte[0]);
        ObjectCipher cipher = repository.forObject(header.identity(Fixture.KEY));
        int word = FrameHeader.word(codec, true, said);
        byte[] object = Arrays.copyOf(
                header.encode(), header.length() + FrameHeader.LENGTH + content.length + cipher.overhead());
        FrameHeader.write(object, header.length(), content.length + cipher.overhead(), word);
        cipher.seal(new FrameSlice()
                .frame(0, FrameHeader.flags(word))
                .associated(object.clone(), header.length() + FrameHeader.LENGTH)
                .from(content, 0, content.length)
                .into(object, header.length() + FrameHeader.LENGTH));
        return object;
    }

    private static void requireRefused(CodecId codec, byte[] content, int said) {
        for (RepositoryCipher cipher : Fixture.both()) {
            requireRefused(cipher, object(cipher, codec, content, said));
        }
    }

    private static void requireRefused(RepositoryCipher cipher, byte[] object) {
        assertThatThrownBy(() -> records(cipher).open(Fixture.KEY, HeaderKind.BUNDLE, object))
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
    }

    @Test
    void anHonestFrameMadeTheSameWayIsOpened() {
        for (RepositoryCipher cipher : Fixture.both()) {
            byte[] object = object(cipher, CodecId.LZ4, compressed(CodecSpec.LZ4, Fixture.text(900)), 900);
            assertThat(records(cipher).open(Fixture.KEY, HeaderKind.BUNDLE, object))
                    .isEqualTo(Fixture.text(900));
        }
    }

    private static SealedRecords records(RepositoryCipher cipher) {
        return new SealedRecords(cipher, CodecSpec.LZ4, Fixture.RANDOM);
    }
}
