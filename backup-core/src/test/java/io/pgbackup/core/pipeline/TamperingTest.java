package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Whole frames are what a clever or unlucky hand moves about: four frames of equal length, in every wrong arrangement. */
class TamperingTest {
    private static final int FRAMES = 4;

    @SuppressWarnings("ArrayRecordComponent")
    private record Sealed(RepositoryCipher cipher, ObjectHeader header, List<FrameLocation> frames, byte[] object) {
        static Sealed with(RepositoryCipher cipher) {
            ObjectSealer sealer = Fixture.sealer(cipher, CodecSpec.NONE);
            ObjectHeader header = sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
            List<FrameLocation> frames = new ArrayList<>();
            for (int number = 0; number < FRAMES - 1; number++) {
                frames.add(sealer.add(Fixture.sequence(20, number), 0, 20));
            }
            frames.add(sealer.addLast(Fixture.sequence(20, 99), 0, 20));
            return new Sealed(cipher, header, frames, Fixture.bytes(sealer.payload()));
        }

        byte[] arranged(int... numbers) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(object, 0, header.length());
            for (int number : numbers) {
                FrameLocation frame = frames.get(number);
                out.write(object, (int) frame.offset(), frame.storedLength());
            }
            return out.toByteArray();
        }

        byte[] open(byte[] bytes) {
            return new SealedRecords(cipher, CodecSpec.NONE, Fixture.RANDOM)
                    .open(Fixture.KEY, HeaderKind.BUNDLE, bytes);
        }
    }

    @Test
    void theTrueArrangementOpens() {
        for (RepositoryCipher cipher : Fixture.both()) {
            Sealed sealed = Sealed.with(cipher);
            assertThat(sealed.arranged(0, 1, 2, 3)).isEqualTo(sealed.object());
            assertThat(sealed.open(sealed.object())).hasSize(80);
        }
    }

    @Test
    void everyWrongArrangementIsRefused() {
        for (RepositoryCipher cipher : Fixture.both()) {
            Sealed sealed = Sealed.with(cipher);
            int[] numbers = new int[6];
            for (int length = 0; length <= 5; length++) {
                everyArrangement(sealed, numbers, 0, length);
            }
        }
    }

    private static void everyArrangement(Sealed sealed, int[] numbers, int filled, int length) {
        if (filled == length) {
            int[] arrangement = Arrays.copyOf(numbers, length);
            if (!Arrays.equals(arrangement, new int[] {0, 1, 2, 3})) {
                assertDamaged(() -> sealed.open(sealed.arranged(arrangement)), "frame ");
            }
            return;
        }
        for (int number = 0; number < FRAMES; number++) {
            numbers[filled] = number;
            everyArrangement(sealed, numbers, filled + 1, length);
        }
    }

    @Test
    void frameAndOffsetAreNamed() {
        for (RepositoryCipher cipher : Fixture.both()) {
            Sealed sealed = Sealed.with(cipher);
            FrameLocation second = sealed.frames().get(2);
            byte[] damaged = sealed.object().clone();
            damaged[(int) second.offset() + 10] ^= 1;
            assertDamaged(
                    () -> sealed.open(damaged),
                    "object " + Fixture.KEY + " is damaged: frame 2 at offset " + second.offset());
            assertDamaged(
                    () -> sealed.open(sealed.arranged(0, 1)),
                    "frame 2 at offset " + second.offset() + ": the object ends within or before it");
            assertDamaged(() -> sealed.open(sealed.arranged(0, 1, 2, 3, 0)), "goes on after its last frame");
        }
    }

    @Test
    void framesOfAnotherSealingOfTheSameObjectAreRefused() {
        for (RepositoryCipher cipher : Fixture.both()) {
            Sealed first = Sealed.with(cipher);
            Sealed second = Sealed.with(cipher);
            FrameLocation frame = first.frames().get(1);
            byte[] mixed = first.object().clone();
            System.arraycopy(second.object(), (int) frame.offset(), mixed, (int) frame.offset(), frame.storedLength());
            assertDamaged(() -> first.open(mixed), "frame 1");
        }
    }

    @Test
    void aFrameReadAloneMustBeTheOneThatWasAskedFor() {
        for (RepositoryCipher cipher : Fixture.both()) {
            Sealed sealed = Sealed.with(cipher);
            ObjectOpener opener = new ObjectOpener(cipher);
            opener.begin(Fixture.KEY, HeaderKind.BUNDLE, sealed.header());
            FrameLocation first = sealed.frames().get(1);
            FrameLocation second = sealed.frames().get(2);
            byte[] out = new byte[64];
            assertThat(opener.open(first, sealed.object(), (int) first.offset(), out, 0))
                    .isEqualTo(20);
            assertThat(opener.isLastFrame()).isFalse();
            opener.open(
                    sealed.frames().get(3),
                    sealed.object(),
                    (int) sealed.frames().get(3).offset(),
                    out,
                    0);
            assertThat(opener.isLastFrame()).isTrue();
            assertDamaged(
                    () -> opener.open(first, sealed.object(), (int) second.offset(), out, 0), "frame 1 at offset");
            FrameLocation shorter = new FrameLocation(1, first.offset(), first.storedLength() - 1);
            assertDamaged(() -> opener.open(shorter, sealed.object(), (int) first.offset(), out, 0), "not plausible");
            FrameLocation tiny = new FrameLocation(1, first.offset(), 7);
            assertDamaged(() -> opener.open(tiny, sealed.object(), (int) first.offset(), out, 0), "shorter than");
        }
    }

    @Test
    void anotherRepositoryOrMasterKeyIsRefused() {
        byte[] otherId = Fixture.sequence(16, 0x11);
        Sealed encrypted = Sealed.with(Fixture.encrypted());
        try (MasterKey same = MasterKey.of(1, Fixture.sequence(32, 0x40));
                MasterKey other = MasterKey.of(1, Fixture.sequence(32, 0x41))) {
            assertFirstFrameRefused(encrypted, RepositoryCipher.encrypted(otherId, List.of(same)));
            assertFirstFrameRefused(encrypted, RepositoryCipher.encrypted(Fixture.REPOSITORY_ID, List.of(other)));
        }
        assertFirstFrameRefused(Sealed.with(Fixture.unencrypted()), RepositoryCipher.unencrypted(otherId));
    }

    private static void assertFirstFrameRefused(Sealed sealed, RepositoryCipher cipher) {
        SealedRecords records = new SealedRecords(cipher, CodecSpec.NONE, Fixture.RANDOM);
        assertDamaged(() -> records.open(Fixture.KEY, HeaderKind.BUNDLE, sealed.object()), "frame 0");
    }

    @Test
    void afterARefusedObjectTheOpenerOpensNothing() {
        Sealed sealed = Sealed.with(Fixture.encrypted());
        ObjectOpener opener = new ObjectOpener(sealed.cipher());
        FrameLocation first = sealed.frames().get(0);
        assertThatIllegalStateException().isThrownBy(() -> opener.open(first, sealed.object(), 45, new byte[64], 0));
        opener.begin(Fixture.KEY, HeaderKind.BUNDLE, sealed.header());
        assertDamaged(() -> opener.begin(Fixture.KEY, HeaderKind.WAL, sealed.header()), "says BUNDLE where WAL");
        assertThatIllegalStateException().isThrownBy(() -> opener.open(first, sealed.object(), 45, new byte[64], 0));
    }

    private static void assertDamaged(ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .hasMessageContaining(words)
                .hasMessageContaining(Fixture.KEY.toString())
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
    }
}
