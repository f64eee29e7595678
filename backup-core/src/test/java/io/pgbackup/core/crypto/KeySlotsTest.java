package io.pgbackup.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Secret;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import io.pgbackup.keys.testkit.MemoryKeyService;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;

class KeySlotsTest {
    private static final byte[] ID = new byte[16];
    private static final Argon2Cost CHEAP = new Argon2Cost(64, 1, 1);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeySlots SLOTS = new KeySlots(ID, CHEAP, RANDOM);
    private static final String HEX_KEY = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    @Test
    void aPassphraseOpensItsSlot() {
        MasterKey key = MasterKey.generate(3, RANDOM);
        KeySlot slot =
                KeySlot.decode(SLOTS.create(key, 2, passphrase("correct horse")).encode());
        assertThat(slot.generation()).isEqualTo(3);
        assertThat(slot.number()).isEqualTo(2);
        assertOpens(slot, passphrase("correct horse"), key);
        assertThat(SLOTS.open(slot, passphrase("correct horsf"))).isEmpty();
        assertThat(SLOTS.open(slot, rawKey(HEX_KEY))).isEmpty();
    }

    @Test
    void aRawKeyOpensItsSlotAsBytesAndAsText() {
        MasterKey key = MasterKey.generate(1, RANDOM);
        KeySlot slot = KeySlot.decode(SLOTS.create(key, 0, rawKey(HEX_KEY)).encode());
        assertOpens(slot, rawKey(HEX_KEY), key);
        assertOpens(slot, rawKey(HEX_KEY.toLowerCase(java.util.Locale.ROOT)), key);
        assertOpens(slot, new SlotCredential.RawKey(Secret.of(HexFormat.of().parseHex(HEX_KEY))), key);
        assertThat(SLOTS.open(slot, rawKey(HEX_KEY.replace('2', '3')))).isEmpty();
        assertThat(SLOTS.open(slot, passphrase(HEX_KEY))).isEmpty();
    }

    @Test
    void theDefaultCostOpensToo() {
        KeySlots slots = new KeySlots(ID, Argon2Cost.DEFAULT, RANDOM);
        KeySlot slot = slots.create(MasterKey.generate(1, RANDOM), 0, passphrase("p"));
        assertThat(slots.open(slot, passphrase("p"))).isPresent();
        assertThat(slot)
                .hasToString("KeySlot[generation 1, number 0, "
                        + "Argon2Cost[memoryKibibytes=65536, iterations=3, parallelism=1]]");
    }

    @Test
    void twoSlotsOfOneKeyAndPassphraseShareNothing() {
        MasterKey key = MasterKey.generate(1, RANDOM);
        KeySlot first = SLOTS.create(key, 0, passphrase("p"));
        KeySlot second = SLOTS.create(key, 0, passphrase("p"));
        assertThat(first.nonce()).isNotEqualTo(second.nonce());
        assertThat(first.derivation().salt()).isNotEqualTo(second.derivation().salt());
        assertThat(first.wrappedKey()).isNotEqualTo(second.wrappedKey());
    }

    @Test
    void aSlotMovedToAnotherPlaceDoesNotOpen() {
        for (SlotCredential credential : new SlotCredential[] {passphrase("p"), rawKey(HEX_KEY)}) {
            KeySlot slot = SLOTS.create(MasterKey.generate(1, RANDOM), 0, credential);
            byte[] otherId = ID.clone();
            otherId[15] = 1;
            assertThat(new KeySlots(otherId, CHEAP, RANDOM).open(slot, credential))
                    .isEmpty();
            assertThat(SLOTS.open(rewritten(slot, 4, 2), credential)).isEmpty();
            assertThat(SLOTS.open(rewritten(slot, 6, 1), credential)).isEmpty();
        }
    }

    @Test
    void weakenedParametersDoNotOpen() {
        KeySlots costly = new KeySlots(ID, new Argon2Cost(64, 2, 1), RANDOM);
        KeySlot slot = costly.create(MasterKey.generate(1, RANDOM), 0, passphrase("p"));
        assertThat(SLOTS.open(rewritten(slot, 15, 1), passphrase("p"))).isEmpty();
    }

    @Test
    void everyBitFlipOfAStoredSlotIsDamageAndNotAWrongPassphrase() {
        byte[] stored =
                SLOTS.create(MasterKey.generate(1, RANDOM), 0, passphrase("p")).encode();
        for (int bit = 8; bit < stored.length * 8; bit++) {
            byte[] flipped = stored.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertCode(() -> KeySlot.decode(flipped), ErrorCode.REPOSITORY_DAMAGED);
        }
        for (int length = 0; length < stored.length; length++) {
            byte[] cut = Arrays.copyOf(stored, length);
            assertCode(() -> KeySlot.decode(cut), ErrorCode.REPOSITORY_DAMAGED);
        }
        assertCode(() -> KeySlot.decode(Arrays.copyOf(stored, 1000)), ErrorCode.REPOSITORY_DAMAGED);
    }

    @Test
    void aSlotThatDemandsTooMuchIsRefusedBeforeAnythingIsComputed() {
        KeySlot slot = SLOTS.create(MasterKey.generate(1, RANDOM), 0, passphrase("p"));
        for (int[] hostile : new int[][] {{8, 0x7F}, {9, 0x11}, {15, 17}, {15, 0}, {16, 17}, {16, 0}, {16, 0xFF}}) {
            assertCode(() -> rewritten(slot, hostile[0], hostile[1]), ErrorCode.REPOSITORY_DAMAGED);
        }
    }

    @Test
    void aNewerSlotIsNotDamaged() {
        KeySlot slot = SLOTS.create(MasterKey.generate(1, RANDOM), 0, passphrase("p"));
        assertCode(() -> rewritten(slot, 0, 2), ErrorCode.FORMAT_UNSUPPORTED);
        assertCode(() -> rewritten(slot, 7, 4), ErrorCode.FORMAT_UNSUPPORTED);
        byte[] longer = java.util.Arrays.copyOf(slot.encode(), 9000);
        longer[7] = 4;
        assertCode(() -> KeySlot.decode(withChecksum(longer)), ErrorCode.FORMAT_UNSUPPORTED);
    }

    @Test
    void aCredentialThatIsNoneIsRefusedWithoutItsValue() {
        MasterKey key = MasterKey.generate(1, RANDOM);
        for (String wrong : new String[] {"", "planted-secret", "planted!".repeat(8), HEX_KEY + "\n"}) {
            assertThatThrownBy(() -> SLOTS.create(key, 0, rawKey(wrong)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("the encryption key has")
                    .satisfies(failure -> assertThat(printed(failure))
                            .doesNotContain("planted")
                            .doesNotContain("0011"));
        }
        assertThatThrownBy(() -> SLOTS.create(key, 0, passphrase("")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("the passphrase is empty");
    }

    @Test
    void credentialsAndSlotsPrintRedacted() {
        KeySlot slot = SLOTS.create(MasterKey.generate(1, RANDOM), 0, rawKey(HEX_KEY));
        assertThat(passphrase("planted-secret") + " " + rawKey("planted-secret") + " " + slot)
                .doesNotContain("planted")
                .contains("KeySlot[generation 1, number 0, RawKey]");
    }

    @Test
    void costsOutsideTheBoundsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Argon2Cost(7, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Argon2Cost(15, 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> new Argon2Cost(1024 * 1024 + 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Argon2Cost(64, 17, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Argon2Cost(64, 1, 17));
    }

    /** The stored form is a promise: slots written today must open in ten years. */
    @Test
    void storedSlotsOfTheFirstVersionOpen() {
        byte[] raw = HexFormat.of().parseHex(STORED_RAW);
        byte[] argon = HexFormat.of().parseHex(STORED_ARGON);
        byte[] master = new byte[32];
        Arrays.fill(master, (byte) 0x42);
        assertOpens(KeySlot.decode(raw), rawKey(HEX_KEY), MasterKey.of(7, master));
        assertOpens(KeySlot.decode(argon), passphrase("correct horse"), MasterKey.of(7, master));
        assertThat(KeySlot.decode(raw).encode()).isEqualTo(raw);
        assertThat(KeySlot.decode(argon).encode()).isEqualTo(argon);
    }

    private static final String STORED_RAW =
            "0100000007000301808182838485868788898a8b8c8d8e8f808182838485868788898a8b73887d013ff005155d8fc5e70260"
                    + "5fbd2baddea360dbc7f6d1c1538f2af06a42ed5a8c3bc497ceb3df9e8aaa731e74d72a7d7c7d";
    private static final String STORED_ARGON =
            "0100000007000302000000400000000101808182838485868788898a8b8c8d8e8f808182838485868788898a8b3fd7026a22"
                    + "5f25434c319b760054582a4f0da0d48220257ea9d9b3ed4cda967520222fd8c6bd0b8de797affcaa7e0c8ebad58b26";

    /** RFC 9106, section 5.3: proves the dependency, which our slots ask without secret and associated data. */
    @Test
    void argon2idVectorOfTheRfc() {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(32)
                .withIterations(3)
                .withParallelism(4)
                .withSalt(filled(16, 2))
                .withSecret(filled(8, 3))
                .withAdditional(filled(12, 4))
                .build());
        byte[] tag = new byte[32];
        generator.generateBytes(filled(32, 1), tag);
        assertThat(HexFormat.of().formatHex(tag))
                .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** The slot with one byte changed and its checksum made to fit, as somebody who forges would. */
    private static KeySlot rewritten(KeySlot slot, int offset, int value) {
        byte[] stored = slot.encode();
        stored[offset] = (byte) value;
        return KeySlot.decode(withChecksum(stored));
    }

    private static byte[] withChecksum(byte[] stored) {
        CRC32C checksum = new CRC32C();
        checksum.update(stored, 0, stored.length - 4);
        ByteBuffer.wrap(stored).putInt(stored.length - 4, (int) checksum.getValue());
        return stored;
    }

    private static final String SERVICE_KEY = "5a".repeat(32);

    private static SlotCredential.Service service(String name, byte[] key) {
        return new SlotCredential.Service(
                new MemoryKeyService().rotate(name, key).key(name), "house");
    }

    private static SlotCredential.Service publishedService() {
        return service("main", HexFormat.of().parseHex(SERVICE_KEY));
    }

    @Test
    void aServiceOpensItsSlot() {
        MasterKey key = MasterKey.generate(3, RANDOM);
        KeySlot slot = KeySlot.decode(SLOTS.create(key, 2, publishedService()).encode());
        assertOpens(slot, publishedService(), key);
        assertThat(slot).hasToString("KeySlot[generation 3, number 2, memory WrappedKey[main/1]]");
        assertThat(SLOTS.open(slot, service("main", new byte[32]))).isEmpty();
        assertThat(SLOTS.open(slot, passphrase("p"))).isEmpty();
        assertThat(SLOTS.open(slot, rawKey(HEX_KEY))).isEmpty();
        assertThat(SLOTS.open(SLOTS.create(key, 2, rawKey(HEX_KEY)), publishedService()))
                .isEmpty();
    }

    /** By a service that binds nothing: the slot binds itself. */
    @Test
    void aServicesSlotIsBoundEvenIfTheServiceBindsNothing() {
        SlotCredential.Service careless = new SlotCredential.Service(new CarelessWrapper(), "house");
        KeySlot slot = SLOTS.create(MasterKey.generate(1, RANDOM), 0, careless);
        assertThat(SLOTS.open(slot, careless)).isPresent();
        byte[] otherId = ID.clone();
        otherId[0] = 1;
        assertThat(new KeySlots(otherId, CHEAP, RANDOM).open(slot, careless)).isEmpty();
        int nameOfKey = 8 + 16 + 2 + "careless".length() + 2;
        for (int offset : new int[] {4, 6, 8, nameOfKey}) {
            byte[] stored = slot.encode();
            stored[offset]++;
            KeySlot moved = KeySlot.decode(withChecksum(stored));
            assertThat(SLOTS.open(moved, careless)).as("byte %s", offset).isEmpty();
        }
    }

    /** Wraps by doing nothing at all. */
    private static final class CarelessWrapper implements KeyWrapper {
        @Override
        public String service() {
            return "careless";
        }

        @Override
        public String key() {
            return "none";
        }

        @Override
        public WrappedKey wrap(Secret secret, KeyBinding binding) {
            return WrappedKey.of("none", secret.use(byte[]::clone));
        }

        @Override
        public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) {
            return Optional.of(Secret.of(wrapped.bytes()));
        }
    }

    @Test
    void everyBitFlipOfAServicesSlotIsDamage() {
        byte[] stored = SLOTS.create(MasterKey.generate(1, RANDOM), 0, publishedService())
                .encode();
        for (int bit = 8; bit < stored.length * 8; bit++) {
            byte[] flipped = stored.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertCode(() -> KeySlot.decode(flipped), ErrorCode.REPOSITORY_DAMAGED);
        }
        for (int length = 12; length < stored.length; length++) {
            byte[] cut = withChecksum(Arrays.copyOf(stored, length));
            assertCode(() -> KeySlot.decode(cut), ErrorCode.REPOSITORY_DAMAGED);
        }
    }

    private static void assertOpens(KeySlot slot, SlotCredential credential, MasterKey expected) {
        Optional<MasterKey> opened = SLOTS.open(slot, credential);
        assertThat(opened).isPresent();
        assertThat(opened.orElseThrow().bytes()).isEqualTo(expected.bytes());
        assertThat(opened.orElseThrow().generation()).isEqualTo(expected.generation());
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(code);
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text + ((PgBackupException) failure).hint();
    }

    private static SlotCredential passphrase(String text) {
        return new SlotCredential.Passphrase(Secret.of(text.toCharArray()));
    }

    private static SlotCredential rawKey(String text) {
        return new SlotCredential.RawKey(Secret.of(text.getBytes(StandardCharsets.UTF_8)));
    }
}
