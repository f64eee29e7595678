package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.crypto.Suite;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKind;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class ObjectHeaderTest {
    private static final byte[] SALT = Fixture.sequence(32, 0x80);
    private static final ObjectHeader PLAIN =
            new ObjectHeader(HeaderKind.BUNDLE, Suite.AES_256_GCM, 0x01020304, SALT, new byte[0]);
    private static final ObjectHeader DIGESTED =
            new ObjectHeader(HeaderKind.WAL, Suite.UNENCRYPTED, 0, SALT, Fixture.sequence(32, 0x20));

    @Test
    void bytesAreFrozen() {
        String salt = HexFormat.of().formatHex(SALT);
        assertThat(HexFormat.of().formatHex(PLAIN.encode()))
                .isEqualTo("5047424b" + "0a" + "0001" + "01" + "01020304" + salt + "00");
        assertThat(HexFormat.of().formatHex(DIGESTED.encode()))
                .isEqualTo("5047424b" + "0e" + "0001" + "00" + "00000000" + salt + "20"
                        + HexFormat.of().formatHex(Fixture.sequence(32, 0x20)));
    }

    @Test
    void theSaltLiesWithinTheBytesByWhichAWriterKnowsItsOwnObject() {
        byte[] first64 = Arrays.copyOf(DIGESTED.encode(), 64);
        assertThat(Arrays.copyOfRange(first64, 12, 44)).isEqualTo(SALT);
    }

    @Test
    void whatWasWrittenIsRead() {
        for (ObjectHeader header : new ObjectHeader[] {PLAIN, DIGESTED}) {
            byte[] object = Arrays.copyOf(header.encode(), 200);
            ObjectHeader read = ObjectHeader.parse(Fixture.KEY, object, object.length);
            assertThat(read).isEqualTo(header).hasSameHashCodeAs(header).hasToString(header.toString());
            assertThat(read.length()).isEqualTo(header.encode().length);
            assertThat(read.kind()).isEqualTo(header.kind());
            assertThat(read.suite()).isEqualTo(header.suite());
            assertThat(read.generation()).isEqualTo(header.generation());
        }
        assertThat(PLAIN.contentDigest()).isEmpty();
        assertThat(DIGESTED.contentDigest())
                .hasValueSatisfying(digest -> assertThat(digest).isEqualTo(Fixture.sequence(32, 0x20)));
    }

    @Test
    void aNewerFormatIsTooNewAndNotDamaged() {
        byte[] newer = PLAIN.encode();
        newer[6] = 2;
        assertThatThrownBy(() -> ObjectHeader.parse(Fixture.KEY, newer, 7))
                .hasMessageContaining("too new: written by format 2, this library reads up to 1")
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.FORMAT_UNSUPPORTED);
    }

    @Test
    void aKindOfALaterVersionCarriesThatVersion() {
        ObjectHeader later = new ObjectHeader(HeaderKind.SERVICE_KEY_SLOT, Suite.UNENCRYPTED, 0, SALT, new byte[0]);
        byte[] bytes = later.encode();
        assertThat(bytes[6]).isEqualTo((byte) 2);
        assertThat(ObjectHeader.parse(Fixture.KEY, bytes, bytes.length)).isEqualTo(later);
        assertDamaged(bytes.clone(), 6, 1, "format 1");
        byte[] unknown = bytes.clone();
        unknown[4] = 99;
        unknown[6] = 3;
        assertThatThrownBy(() -> ObjectHeader.parse(Fixture.KEY, unknown, unknown.length))
                .hasMessageContaining("too new: written by format 3, this library reads up to 2");
    }

    @Test
    void whatIsNotAHeaderIsDamaged() {
        assertDamaged(new byte[100], 0, 0, "does not begin with the header");
        assertDamaged(PLAIN.encode(), 0, 'X', "does not begin with the header");
        assertDamaged(PLAIN.encode(), 4, 0, "unknown kind 0");
        assertDamaged(PLAIN.encode(), 4, 200, "unknown kind 200");
        assertDamaged(PLAIN.encode(), 6, 0, "format 0");
        assertDamaged(PLAIN.encode(), 7, 9, "unknown suite 9");
        assertDamaged(PLAIN.encode(), 8, 0x80, "key generation");
        assertDamaged(PLAIN.encode(), 44, 1, "content digest of 1 bytes");
        assertDamaged(PLAIN.encode(), 44, 32, "truncated");
        assertDamaged(DIGESTED.encode(), 11, 1, "key generation 1");
    }

    @Test
    void everyTruncationIsDamaged() {
        byte[] bytes = DIGESTED.encode();
        for (int length = 0; length < bytes.length; length++) {
            int cut = length;
            assertThatThrownBy(() -> ObjectHeader.parse(Fixture.KEY, bytes, cut))
                    .isInstanceOf(RepositoryException.class);
        }
    }

    @Property(tries = 2000)
    void arbitraryBytesAreAHeaderOrARepositoryException(@ForAll @Size(max = 120) byte[] bytes) {
        parseAnything(bytes);
    }

    @Property(tries = 2000)
    void aDamagedHeaderIsAHeaderOrARepositoryException(
            @ForAll @IntRange(max = 76) int position, @ForAll byte value, @ForAll @IntRange(max = 80) int length) {
        byte[] bytes = Arrays.copyOf(DIGESTED.encode(), length);
        if (position < length) {
            bytes[position] = value;
        }
        parseAnything(bytes);
    }

    private static void parseAnything(byte[] bytes) {
        try {
            ObjectHeader header = ObjectHeader.parse(Fixture.KEY, bytes, bytes.length);
            assertThat(header.encode()).isEqualTo(Arrays.copyOf(bytes, header.length()));
        } catch (RepositoryException e) {
            assertThat(e).hasMessageContaining(Fixture.KEY.toString());
        }
    }

    @Test
    void codesOfKindsAreFrozen() {
        HeaderKind[] byCode = {
            HeaderKind.FORMAT,
            HeaderKind.KEY_SLOT,
            HeaderKind.IDENTITY,
            HeaderKind.LEASE,
            HeaderKind.BEGIN,
            HeaderKind.START,
            HeaderKind.COMMIT,
            HeaderKind.ABORT,
            HeaderKind.RETIRE,
            HeaderKind.BUNDLE,
            HeaderKind.MANIFEST_PAGE,
            HeaderKind.MANIFEST_ROOT,
            HeaderKind.JOB,
            HeaderKind.WAL,
            HeaderKind.SUMMARY,
            HeaderKind.PIN,
            HeaderKind.KEY_RING,
            HeaderKind.SERVICE_KEY_SLOT,
            HeaderKind.DROPPED_WAL,
            HeaderKind.THINNED_WAL
        };
        assertThat(HeaderKind.values()).hasSize(byCode.length);
        for (int index = 0; index < byCode.length; index++) {
            assertThat(byCode[index].code()).isEqualTo(index + 1);
            assertThat(HeaderKind.ofCode(index + 1)).contains(byCode[index]);
        }
        assertThat(HeaderKind.ofCode(21)).isEmpty();
        assertThat(HeaderKind.BUNDLE.storageKind()).isEqualTo(ObjectKind.BUNDLE);
        assertThat(HeaderKind.KEY_SLOT.storageKind()).isEqualTo(ObjectKind.KEY);
    }

    @Test
    void wrongSizesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectHeader(HeaderKind.WAL, Suite.UNENCRYPTED, 0, new byte[31], new byte[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectHeader(HeaderKind.WAL, Suite.UNENCRYPTED, 0, SALT, new byte[31]));
    }

    private static void assertDamaged(byte[] bytes, int offset, int value, String words) {
        bytes[offset] = (byte) value;
        assertThatThrownBy(() -> ObjectHeader.parse(Fixture.KEY, bytes, bytes.length))
                .hasMessageContaining(words)
                .hasMessageContaining(Fixture.KEY.toString())
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
    }
}
