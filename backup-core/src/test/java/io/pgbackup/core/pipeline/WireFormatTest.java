package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;

/** The stored bytes are a promise. These objects were written by format 1; no change may alter or refuse them. */
class WireFormatTest {
    private static final byte[] CONTENT = "eight bytes, eight bytes, eight bytes".getBytes(StandardCharsets.US_ASCII);
    private static final String ENCRYPTED =
            "5047424b0a00010100000001808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f000000003500"
                    + "00002504b73f9aa2bd056c2da0c87e5fb9f5d73fe2edc58ecadb06ca7c1445f185fafc0b056046fef4b0c1458f9d197a864b"
                    + "a96787d09b1b0000003580000025eeeb7042e57fd3b8b66b360706153a12d9322689307d9141ee586c5844b5ffc0be9bf884"
                    + "42e4e21f24957f987a38e74e8243219a28";
    private static final String UNENCRYPTED =
            "5047424b0a00010000000000808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f000000002d00"
                    + "00002565696768742062797465732c2065696768742062797465732c206569676874206279746573597e0369b01f650d0000"
                    + "002d8000002565696768742062797465732c2065696768742062797465732c20656967687420627974657346bf9ffd10617f"
                    + "49";

    @Test
    void writtenBytesAreFrozen() {
        assertThat(HexFormat.of().formatHex(seal(Fixture.encrypted()))).isEqualTo(ENCRYPTED);
        assertThat(HexFormat.of().formatHex(seal(Fixture.unencrypted()))).isEqualTo(UNENCRYPTED);
    }

    @Test
    void storedObjectsOpen() {
        byte[] expected = Arrays.copyOf(CONTENT, CONTENT.length * 2);
        System.arraycopy(CONTENT, 0, expected, CONTENT.length, CONTENT.length);
        assertThat(open(Fixture.encrypted(), ENCRYPTED)).isEqualTo(expected);
        assertThat(open(Fixture.unencrypted(), UNENCRYPTED)).isEqualTo(expected);
    }

    /** What the format's description says, done with nothing of ours: key by HKDF, nonce, associated data, tag. */
    @Test
    void somebodyElseCanReadAnEncryptedFrame() throws Exception {
        ByteBuffer object = ByteBuffer.wrap(HexFormat.of().parseHex(ENCRYPTED));
        byte[] header = take(object, 45);
        byte[] salt = Arrays.copyOfRange(header, 12, 44);
        byte[] key = Fixture.KEY.toString().getBytes(StandardCharsets.UTF_8);
        byte[] info = ByteBuffer.allocate(15 + 16 + 1 + 2 + key.length)
                .put("pgbackup object".getBytes(StandardCharsets.US_ASCII))
                .put(Fixture.REPOSITORY_ID)
                .put((byte) 10)
                .putShort((short) key.length)
                .put(key)
                .array();
        byte[] pseudoRandomKey = mac(salt, Fixture.sequence(32, 0x40));
        byte[] objectKey = mac(
                pseudoRandomKey,
                ByteBuffer.allocate(info.length + 1).put(info).put((byte) 1).array());
        byte[] frameHeader = take(object, 8);
        byte[] payload = take(object, ByteBuffer.wrap(frameHeader).getInt());
        byte[] nonce = new byte[12];
        nonce[8] = frameHeader[4];
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(objectKey, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(header);
        cipher.updateAAD(frameHeader);
        assertThat(cipher.doFinal(payload)).isEqualTo(CONTENT);
    }

    @Test
    void somebodyElseCanCheckADigestedFrame() {
        ByteBuffer object = ByteBuffer.wrap(HexFormat.of().parseHex(UNENCRYPTED));
        byte[] header = take(object, 45);
        byte[] key = Fixture.KEY.toString().getBytes(StandardCharsets.UTF_8);
        byte[] identity = ByteBuffer.allocate(15 + 16 + 1 + 2 + key.length + 32)
                .put("pgbackup object".getBytes(StandardCharsets.US_ASCII))
                .put(Fixture.REPOSITORY_ID)
                .put((byte) 10)
                .putShort((short) key.length)
                .put(key)
                .put(header, 12, 32)
                .array();
        byte[] frameHeader = take(object, 8);
        byte[] content = take(object, ByteBuffer.wrap(frameHeader).getInt() - 8);
        byte[] position = new byte[12];
        position[8] = frameHeader[4];
        byte[] associated = ByteBuffer.allocate(53).put(header).put(frameHeader).array();
        XXHash64 hash = XXHashFactory.safeInstance().hash64();
        long digest = hash.hash(identity, 0, identity.length, 0);
        for (byte[] part : new byte[][] {position, associated, content}) {
            digest = hash.hash(part, 0, part.length, digest);
        }
        assertThat(object.getLong()).isEqualTo(digest);
    }

    private static byte[] seal(RepositoryCipher cipher) {
        try (ObjectSealer sealer = new ObjectSealer(cipher, CodecSpec.NONE, 1000, Fixture.foretold())) {
            sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
            sealer.add(CONTENT, 0, CONTENT.length);
            sealer.addLast(CONTENT, 0, CONTENT.length);
            return Fixture.bytes(sealer.payload());
        }
    }

    private static byte[] open(RepositoryCipher cipher, String hex) {
        return new SealedRecords(cipher, CodecSpec.NONE, Fixture.RANDOM)
                .open(Fixture.KEY, HeaderKind.BUNDLE, HexFormat.of().parseHex(hex));
    }

    private static byte[] mac(byte[] key, byte[] input) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(input);
    }

    private static byte[] take(ByteBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }
}
