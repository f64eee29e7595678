package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CompressedFramesTest {
    /** Frames as stored by lz4 and zstd:3 in an unencrypted repository of format 1: readable for good. */
    private static final String STORED_LZ4 =
            "5047424b0a00010000000000808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f000000002681"
                    + "0007d05f70616765200500ffffffd35f71626866210500ffffffce507162686621628d89cb8088a123";

    private static final String STORED_ZSTD =
            "5047424b0a00010000000000808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f000000002682"
                    + "0007d028b52ffd60d006a5000050706167652071626866210200e041a5c1a32a5a56eceec32176b6b3";

    @Test
    void storedCompressedObjectsOpen() {
        SealedRecords records = new SealedRecords(Fixture.unencrypted(), CodecSpec.NONE, Fixture.RANDOM);
        for (String hex : new String[] {STORED_LZ4, STORED_ZSTD}) {
            byte[] object = HexFormat.of().parseHex(hex);
            assertThat(records.open(Fixture.KEY, HeaderKind.BUNDLE, object)).isEqualTo(Fixture.text(2000));
        }
    }

    @Test
    void oneReaderReadsFramesOfEveryCodec() throws IOException {
        for (RepositoryCipher cipher : Fixture.both()) {
            try (ObjectOpener opener = new ObjectOpener(cipher)) {
                for (String codec : new String[] {"lz4", "none", "zstd:1", "lz4", "zstd:19"}) {
                    ObjectSealer sealer = Fixture.sealer(cipher, CodecSpec.parse(codec));
                    sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
                    byte[] content = Fixture.text(50_000);
                    sealer.add(content, 0, 20_000);
                    sealer.add(content, 0, 0);
                    sealer.addLast(content, 20_000, 30_000);
                    InputStream object = sealer.payload().open();
                    try (InputStream in =
                            new FrameInputStream(new FrameReader(opener, Fixture.KEY, HeaderKind.BUNDLE, object))) {
                        assertThat(in.readAllBytes()).isEqualTo(content);
                    }
                }
            }
        }
    }

    @Test
    void theStreamReadsByteByByteAndInPieces() throws IOException {
        SealedRecords records = new SealedRecords(Fixture.encrypted(), CodecSpec.LZ4, Fixture.RANDOM);
        byte[] content = Fixture.noise(70_000);
        byte[] object = Fixture.bytes(records.seal(Fixture.KEY, HeaderKind.WAL, content));
        ObjectOpener opener = new ObjectOpener(Fixture.encrypted());
        try (InputStream in = new FrameInputStream(
                new FrameReader(opener, Fixture.KEY, HeaderKind.WAL, new ByteArrayInputStream(object)))) {
            assertThat(in.available()).isZero();
            assertThat(in.read(new byte[10], 0, 0)).isZero();
            assertThat(in.read()).isEqualTo(content[0] & 0xFF);
            assertThat(in.available()).isEqualTo(65_535);
            byte[] rest = new byte[content.length];
            int filled = 1;
            for (int read = in.read(rest, filled, 999);
                    read > 0;
                    read = in.read(rest, filled, Math.min(999, rest.length - filled))) {
                filled += read;
            }
            assertThat(filled).isEqualTo(content.length);
            assertThat(Arrays.copyOfRange(rest, 1, filled)).isEqualTo(Arrays.copyOfRange(content, 1, filled));
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(rest, 0, 10)).isEqualTo(-1);
        }
    }

    @Test
    void aBrokenStreamIsAnIoExceptionAndNotDamage() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };
        ObjectOpener opener = new ObjectOpener(Fixture.encrypted());
        assertThatThrownBy(() -> new FrameReader(opener, Fixture.KEY, HeaderKind.WAL, broken))
                .isInstanceOf(IOException.class);
    }

    @Test
    void pipelineSpecificationsComeBackAsText() {
        for (String text : new String[] {"lz4+aes-256-gcm", "zstd:3+unencrypted", "none+aes-256-gcm"}) {
            assertThat(PipelineSpec.parse(text)).hasToString(text);
        }
        for (String text : new String[] {"", "lz4", "lz4+", "brotli+aes-256-gcm", "lz4+rot13", "zstd:99+unencrypted"}) {
            assertThatThrownBy(() -> PipelineSpec.parse(text)).hasMessageContaining("'" + text + "'");
        }
    }

    @Test
    void fingerprintsAreXxh64UnderTheirSeed() {
        assertThat(new FrameFingerprint(0).of(new byte[0], 0, 0)).isEqualTo(0xEF46DB3751D8E999L);
        byte[] page = Fixture.noise(8192);
        long fingerprint = new FrameFingerprint(7).of(page, 0, page.length);
        assertThat(new FrameFingerprint(8).of(page, 0, page.length)).isNotEqualTo(fingerprint);
        byte[] shifted = new byte[9000];
        System.arraycopy(page, 0, shifted, 100, page.length);
        assertThat(new FrameFingerprint(7).of(shifted, 100, page.length)).isEqualTo(fingerprint);
    }
}
