package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.util.Arrays;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class SealedRecordsTest {
    private static final int FRAME = ObjectSealer.MAXIMUM_FRAME;

    @Test
    void contentOfAnyLengthComesBackUnderEachCodecAndSuite() {
        for (RepositoryCipher cipher : Fixture.both()) {
            for (String codec : new String[] {"none", "lz4", "zstd:1", "zstd:3", "zstd:19"}) {
                SealedRecords records = new SealedRecords(cipher, CodecSpec.parse(codec), Fixture.RANDOM);
                for (int length : new int[] {0, 1, 15, 16, 1000, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 200_001}) {
                    for (byte[] content :
                            new byte[][] {Fixture.text(length), Fixture.noise(length), new byte[length]}) {
                        byte[] object = Fixture.bytes(records.seal(Fixture.KEY, HeaderKind.JOB, content));
                        assertThat(records.open(Fixture.KEY, HeaderKind.JOB, object))
                                .isEqualTo(content);
                    }
                }
            }
        }
    }

    @Test
    void compressibleContentShrinksAndNoiseCostsOnlyTheFraming() {
        SealedRecords records = new SealedRecords(Fixture.encrypted(), CodecSpec.zstd(1), Fixture.RANDOM);
        assertThat(records.seal(Fixture.KEY, HeaderKind.JOB, Fixture.text(FRAME))
                        .size())
                .isLessThan(1000);
        assertThat(records.seal(Fixture.KEY, HeaderKind.JOB, Fixture.noise(FRAME))
                        .size())
                .isEqualTo(45 + 8 + FRAME + 16);
    }

    @Test
    void everyBitFlipIsRefused() {
        for (RepositoryCipher cipher : Fixture.both()) {
            SealedRecords records = new SealedRecords(cipher, CodecSpec.LZ4, Fixture.RANDOM);
            byte[] object = Fixture.bytes(records.seal(Fixture.KEY, HeaderKind.COMMIT, Fixture.text(300)));
            for (int bit = 0; bit < object.length * 8; bit++) {
                byte[] flipped = object.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertRefused(records, flipped);
            }
        }
    }

    @Test
    void everyTruncationAndExtensionIsRefused() {
        for (RepositoryCipher cipher : Fixture.both()) {
            SealedRecords records = new SealedRecords(cipher, CodecSpec.LZ4, Fixture.RANDOM);
            byte[] object = Fixture.bytes(records.seal(Fixture.KEY, HeaderKind.COMMIT, Fixture.text(300)));
            for (int length = 0; length < object.length; length++) {
                assertRefused(records, Arrays.copyOf(object, length));
            }
            assertRefused(records, Arrays.copyOf(object, object.length + 1));
        }
    }

    @Test
    void anotherKeyKindOrRepositoryIsRefused() {
        for (RepositoryCipher cipher : Fixture.both()) {
            SealedRecords records = new SealedRecords(cipher, CodecSpec.NONE, Fixture.RANDOM);
            byte[] object = Fixture.bytes(records.seal(Fixture.KEY, HeaderKind.COMMIT, Fixture.text(300)));
            assertDamaged(() -> records.open(ObjectKey.of("other"), HeaderKind.COMMIT, object), "object other");
            assertDamaged(() -> records.open(Fixture.KEY, HeaderKind.ABORT, object), "says COMMIT where ABORT");
        }
    }

    @Test
    void anUnencryptedObjectInAnEncryptedRepositoryIsRefused() {
        byte[] forged = Fixture.bytes(new SealedRecords(Fixture.unencrypted(), CodecSpec.NONE, Fixture.RANDOM)
                .seal(Fixture.KEY, HeaderKind.COMMIT, new byte[1]));
        SealedRecords records = new SealedRecords(Fixture.encrypted(), CodecSpec.NONE, Fixture.RANDOM);
        assertDamaged(() -> records.open(Fixture.KEY, HeaderKind.COMMIT, forged), "not encrypted");
    }

    @Test
    void anEncryptedObjectReadWithoutKeySaysSo() {
        byte[] object = Fixture.bytes(new SealedRecords(Fixture.encrypted(), CodecSpec.NONE, Fixture.RANDOM)
                .seal(Fixture.KEY, HeaderKind.COMMIT, new byte[1]));
        SealedRecords records = new SealedRecords(Fixture.unencrypted(), CodecSpec.NONE, Fixture.RANDOM);
        assertThatThrownBy(() -> records.open(Fixture.KEY, HeaderKind.COMMIT, object))
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.ENCRYPTION_MISMATCH);
    }

    private static void assertRefused(SealedRecords records, byte[] object) {
        assertThatThrownBy(() -> records.open(Fixture.KEY, HeaderKind.COMMIT, object))
                .isInstanceOf(RepositoryException.class)
                .hasMessageContaining(Fixture.KEY.toString());
    }

    private static void assertDamaged(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .hasMessageContaining(words)
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
    }
}
