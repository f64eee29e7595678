package io.pgbackup.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class RepositoryCipherTest {
    private static final byte[] ID = new byte[16];
    private static final byte[] OTHER_ID = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] SALT = new byte[32];
    private static final byte[] PLANTED = "planted-secret-planted-secret-32".getBytes(StandardCharsets.US_ASCII);

    @Test
    void eachPartOfAnIdentityChangesTheKey() {
        byte[] otherSalt = SALT.clone();
        otherSalt[31] = 1;
        for (RepositoryCipher[] ciphers : new RepositoryCipher[][] {
            {encrypted(ID, 1, 2), encrypted(OTHER_ID, 1, 2)},
            {RepositoryCipher.unencrypted(ID), RepositoryCipher.unencrypted(OTHER_ID)}
        }) {
            Set<String> frames = new HashSet<>();
            for (RepositoryCipher cipher : ciphers) {
                int generation = cipher.currentGeneration();
                frames.add(firstFrame(cipher, new ObjectIdentity(generation, SALT, "a/b", 1)));
                frames.add(firstFrame(cipher, new ObjectIdentity(generation, otherSalt, "a/b", 1)));
                frames.add(firstFrame(cipher, new ObjectIdentity(generation, SALT, "a/c", 1)));
                frames.add(firstFrame(cipher, new ObjectIdentity(generation, SALT, "a/b", 2)));
            }
            assertThat(frames).hasSize(8);
        }
    }

    @Test
    void eachGenerationHasItsOwnKeys() {
        RepositoryCipher cipher = encrypted(ID, 1, 2);
        assertThat(firstFrame(cipher, new ObjectIdentity(1, SALT, "a", 1)))
                .isNotEqualTo(firstFrame(cipher, new ObjectIdentity(2, SALT, "a", 1)));
    }

    @Test
    void theHighestGenerationIsCurrent() {
        assertThat(encrypted(ID, 3, 1, 2).currentGeneration()).isEqualTo(3);
        assertThat(encrypted(ID, 3).encrypted()).isTrue();
        assertThat(RepositoryCipher.unencrypted(ID).currentGeneration()).isZero();
        assertThat(RepositoryCipher.unencrypted(ID).encrypted()).isFalse();
    }

    @Test
    void anUnknownGenerationIsAWrongKeyAndNotDamage() {
        assertThatThrownBy(() -> encrypted(ID, 1, 2).forObject(new ObjectIdentity(3, SALT, "a/b", 1)))
                .hasMessage(
                        "a/b is sealed with key generation 3, but the given credentials open the generations [1, 2]")
                .asInstanceOf(InstanceOfAssertFactories.type(RepositoryException.class))
                .extracting(PgBackupException::code)
                .isEqualTo(ErrorCode.WRONG_KEY);
    }

    @Test
    void contentDigestsAreKeyed() {
        Set<String> digests = new HashSet<>();
        digests.add(digest(encrypted(ID, 1, 2), 1));
        digests.add(digest(encrypted(ID, 1, 2), 2));
        digests.add(digest(encrypted(OTHER_ID, 1), 1));
        digests.add(digest(RepositoryCipher.unencrypted(ID), 0));
        digests.add(digest(RepositoryCipher.unencrypted(OTHER_ID), 0));
        assertThat(digests).hasSize(5);
        assertThat(digest(encrypted(ID, 1), 1)).isEqualTo(digest(encrypted(ID, 1, 2), 1));
    }

    @Test
    void aClosedCipherAndAClosedKeyAreNotUsed() {
        RepositoryCipher cipher = encrypted(ID, 1);
        cipher.close();
        cipher.close();
        assertThatIllegalStateException().isThrownBy(() -> cipher.forObject(new ObjectIdentity(1, SALT, "a", 1)));
        MasterKey key = MasterKey.of(1, PLANTED);
        key.close();
        key.close();
        assertThatIllegalStateException().isThrownBy(() -> RepositoryCipher.encrypted(ID, List.of(key)));
    }

    @Test
    void closingTheCallersKeyLeavesTheCipherUsable() {
        MasterKey key = MasterKey.of(1, PLANTED);
        RepositoryCipher cipher = RepositoryCipher.encrypted(ID, List.of(key));
        key.close();
        assertThat(firstFrame(cipher, new ObjectIdentity(1, SALT, "a", 1))).isNotEmpty();
    }

    @Test
    void closingWipesTheKey() {
        MasterKey key = MasterKey.of(1, PLANTED);
        byte[] bytes = key.bytes();
        key.close();
        assertThat(bytes).containsOnly(0);
    }

    @Test
    void nothingPrintsAKey() {
        MasterKey key = MasterKey.of(1, PLANTED);
        String printed = key + " " + RepositoryCipher.encrypted(ID, List.of(key));
        assertThat(printed)
                .doesNotContain("planted")
                .doesNotContain(HexFormat.of().formatHex(PLANTED, 0, 4))
                .contains("redacted");
    }

    @Test
    void wrongSizesAreRefused() {
        MasterKey key = MasterKey.of(1, PLANTED);
        assertThatIllegalArgumentException().isThrownBy(() -> RepositoryCipher.unencrypted(new byte[15]));
        assertThatIllegalArgumentException().isThrownBy(() -> RepositoryCipher.encrypted(ID, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> RepositoryCipher.encrypted(ID, List.of(key, key)));
        assertThatIllegalArgumentException().isThrownBy(() -> MasterKey.of(0, PLANTED));
        assertThatIllegalArgumentException().isThrownBy(() -> MasterKey.of(1, new byte[31]));
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectIdentity(1, new byte[31], "a", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectIdentity(1, SALT, "a", 256));
    }

    private static RepositoryCipher encrypted(byte[] id, int... generations) {
        return RepositoryCipher.encrypted(
                id,
                Arrays.stream(generations)
                        .mapToObj(generation -> {
                            byte[] bytes = new byte[32];
                            Arrays.fill(bytes, (byte) generation);
                            return MasterKey.of(generation, bytes);
                        })
                        .toList());
    }

    private static String firstFrame(RepositoryCipher cipher, ObjectIdentity identity) {
        byte[] out = new byte[64];
        int length = cipher.forObject(identity)
                .seal(new FrameSlice().frame(0, 0).from(new byte[16], 0, 16).into(out, 0));
        return HexFormat.of().formatHex(out, 0, length);
    }

    private static String digest(RepositoryCipher cipher, int generation) {
        ContentDigest digest = cipher.contentDigest(generation);
        digest.update(new byte[100], 0, 100);
        return HexFormat.of().formatHex(digest.finish());
    }
}
