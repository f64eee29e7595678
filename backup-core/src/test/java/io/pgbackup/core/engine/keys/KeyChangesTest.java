package io.pgbackup.core.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.EncryptionKey;
import io.pgbackup.SecretSource;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.keys.KeySlotInfo;
import io.pgbackup.keys.RotateRequest;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Keys are exchanged and renewed without losing what is stored, and nobody is locked out by oversight. */
class KeyChangesTest {
    private final KeyedRepository repository = new KeyedRepository();

    private static void refused(ErrorCode code, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    @Test
    void aRepositoryBeginsWithOneSlotAndNoRing() {
        KeyRingInfo ring = repository.ring('a');
        assertThat(ring.version()).isZero();
        assertThat(ring.generations()).containsExactly(1);
        assertThat(ring.slots()).hasSize(1);
        assertThat(ring.slots().get(0).configured()).isTrue();
        assertThat(ring.slots().get(0).kind()).contains(EncryptionKey.Kind.RAW);
        assertThat(repository.keyObjects()).containsExactly("keys/1/0");
    }

    @Test
    void anAddedKeyReadsAndWrites() {
        assertThat(repository.changes('a').add("second", KeyedRepository.key('b')))
                .isEqualTo(1);
        repository.assertReadsAll('b');
        repository.write('b');
        repository.assertReadsAll('a');
        assertThat(repository.ring('b').slots())
                .extracting(KeySlotInfo::number, KeySlotInfo::name, KeySlotInfo::configured)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, "", false),
                        org.assertj.core.groups.Tuple.tuple(1, "second", true));
    }

    @Test
    void aPassphraseIsAddedBesideAKey() {
        EncryptionKey words = EncryptionKey.fromPassphrase(SecretSource.value("correct horse".toCharArray()));
        repository.changes('a').add("words", words);
        assertThat(repository.ring('a').slots().get(1).kind()).contains(EncryptionKey.Kind.PASSPHRASE);
        repository.changes('a').rotate(RotateRequest.withConfiguredKey().and(words));
        try (OpenRepository open = new io.pgbackup.core.repository.keys.RepositoryOpener(
                        java.time.InstantSource.system())
                .open(repository.as(words), repository.storage().anotherClient())) {
            repository.assertReadsAll(open);
            assertThat(repository.write(open)).isEqualTo(2);
        }
        repository.assertReadsAll('a');
    }

    @Test
    void aKeyThatOpensAlreadyIsNotAddedTwice() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        List<String> before = repository.keyObjects();
        assertThat(repository.changes('a').add("again", KeyedRepository.key('b')))
                .isEqualTo(1);
        assertThat(repository.changes('b').add("myself", KeyedRepository.key('b')))
                .isEqualTo(1);
        assertThat(repository.keyObjects()).isEqualTo(before);
    }

    @Test
    void aRemovedSlotOpensNoMoreAndItsNumberIsNotUsedAgain() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        byte[] kept = repository.bytes(io.pgbackup.storage.ObjectKey.of("keys/1/1"));
        repository.changes('a').remove(1);
        repository.assertRefused('b', ErrorCode.WRONG_KEY);
        assertThat(repository.changes('a').add("third", KeyedRepository.key('c')))
                .isEqualTo(2);
        repository.replace("keys/1/1", kept);
        refused(
                ErrorCode.WRONG_KEY,
                "its slot was removed",
                () -> repository.open('b').close());
        repository.assertReadsAll('a');
        repository.assertReadsAll('c');
    }

    @Test
    void theSlotOfTheConfiguredKeyStays() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        refused(
                ErrorCode.INVALID_REQUEST,
                "configured key opens",
                () -> repository.changes('a').remove(0));
        refused(
                ErrorCode.INVALID_REQUEST,
                "no key slot 7",
                () -> repository.changes('a').remove(7));
        refused(
                ErrorCode.INVALID_REQUEST,
                "configured key opens",
                () -> repository
                        .changes('b')
                        .rotate(RotateRequest.withConfiguredKey()
                                .and(KeyedRepository.key('a'))
                                .dropping(1)));
        repository.changes('b').remove(0);
        repository.assertReadsAll('b');
        repository.assertRefused('a', ErrorCode.WRONG_KEY);
    }

    @Test
    void afterARotationNewObjectsAreUnderTheNewGenerationAndOldOnesReadable() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        try (OpenRepository running = repository.open('a')) {
            assertThat(repository
                            .changes('a')
                            .rotate(RotateRequest.withConfiguredKey().and(KeyedRepository.key('b'))))
                    .isEqualTo(2);
            assertThat(repository.write(running))
                    .as("an operation that runs goes on")
                    .isEqualTo(1);
        }
        assertThat(repository.write('a')).isEqualTo(2);
        assertThat(repository.write('b')).isEqualTo(2);
        assertThat(repository
                        .changes('b')
                        .rotate(RotateRequest.withConfiguredKey().and(KeyedRepository.key('a'))))
                .isEqualTo(3);
        assertThat(repository.write('a')).isEqualTo(3);
        repository.assertReadsAll('a');
        repository.assertReadsAll('b');
        assertThat(repository.changes('a').add("third", KeyedRepository.key('c')))
                .isEqualTo(2);
        repository.assertReadsAll('c');
        assertThat(repository.ring('c').damaged()).isEmpty();
        assertThat(repository.ring('c').leftBehind()).isZero();
    }

    @Test
    void aRotationDemandsEverySlotToGoOnOrBeDroppedByNumber() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        repository.changes('a').add("third", KeyedRepository.key('c'));
        List<String> before = repository.keyObjects();
        RotateRequest own = RotateRequest.withConfiguredKey();
        refused(
                ErrorCode.INVALID_REQUEST,
                "[1 (second), 2 (third)]",
                () -> repository.changes('a').rotate(own));
        refused(
                ErrorCode.INVALID_REQUEST,
                "[2 (third)]",
                () -> repository.changes('a').rotate(own.and(KeyedRepository.key('b'))));
        refused(
                ErrorCode.WRONG_KEY,
                "key 2 of the request",
                () -> repository
                        .changes('a')
                        .rotate(own.and(KeyedRepository.key('b')).and(KeyedRepository.key('x'))));
        refused(
                ErrorCode.INVALID_REQUEST,
                "goes on already",
                () -> repository.changes('a').rotate(own.and(KeyedRepository.key('a'))));
        refused(
                ErrorCode.INVALID_REQUEST,
                "but its key was given",
                () -> repository
                        .changes('a')
                        .rotate(own.and(KeyedRepository.key('b')).dropping(1).dropping(2)));
        refused(
                ErrorCode.INVALID_REQUEST,
                "no key slot 9",
                () -> repository
                        .changes('a')
                        .rotate(own.and(KeyedRepository.key('b')).dropping(2).dropping(9)));
        assertThat(repository.keyObjects()).isEqualTo(before);

        repository.changes('a').rotate(own.and(KeyedRepository.key('b')).dropping(2));
        repository.write('a');
        repository.assertReadsAll('b');
        repository.assertRefused('c', ErrorCode.WRONG_KEY);
        assertThat(repository.keyObjects())
                .containsExactly(
                        "keys/1/0",
                        "keys/1/1",
                        "keys/2/0",
                        "keys/2/1",
                        "keys/2/claim",
                        "keys/ring/1",
                        "keys/ring/2",
                        "keys/ring/3");
    }

    @Test
    void aDroppedKeyDoesNotReadWhatIsWrittenAfterwardsWhateverItKept() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        try (OpenRepository keptKeys = repository.open('b')) {
            repository.changes('a').rotate(RotateRequest.withConfiguredKey().dropping(1));
            repository.assertReadsAll(keptKeys);
            repository.write('a');
            refused(ErrorCode.WRONG_KEY, "key generation 2", () -> repository.assertReadsAll(keptKeys));
        }
    }

    @Test
    void aSlotThatIsDamagedDoesNotKeepOthersFromOpening() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        repository.changes('a').rotate(RotateRequest.withConfiguredKey().and(KeyedRepository.key('b')));
        repository.write('a');
        repository.damage("keys/2/0");
        repository.assertRefused('a', ErrorCode.REPOSITORY_DAMAGED);
        repository.assertReadsAll('b');
        assertThat(repository.ring('b').damaged())
                .extracting(KeySlotInfo::number)
                .containsExactly(0);
        assertThat(repository.changes('b').add("again", KeyedRepository.key('a')))
                .isEqualTo(2);
        repository.changes('b').remove(0);
        repository.assertReadsAll('a');
        assertThat(repository.ring('a').damaged()).isEmpty();
    }

    @Test
    void aDamagedSlotOfAnOlderGenerationClosesThatGenerationOnly() {
        repository.changes('a').rotate(RotateRequest.withConfiguredKey());
        repository.delete("keys/1/0");
        try (OpenRepository open = repository.open('a')) {
            assertThat(repository.write(open)).isEqualTo(2);
            refused(ErrorCode.WRONG_KEY, "key generation 1", () -> repository.assertReadsAll(open));
        }
        assertThat(repository.ring('a').damaged()).hasSize(1);
        refused(
                ErrorCode.REPOSITORY_DAMAGED,
                "keys/1/0",
                () -> repository.changes('a').add("second", KeyedRepository.key('b')));
    }

    @Test
    void slotsAndRingsThatWereMovedOrDamagedAreRefused() {
        repository.changes('a').add("second", KeyedRepository.key('b'));
        repository.changes('a').add("third", KeyedRepository.key('c'));
        byte[] first = repository.bytes(io.pgbackup.storage.ObjectKey.of("keys/ring/1"));
        byte[] slot = repository.bytes(io.pgbackup.storage.ObjectKey.of("keys/1/1"));
        byte[] ring = repository.bytes(io.pgbackup.storage.ObjectKey.of("keys/ring/2"));
        repository.replace("keys/1/2", slot);
        repository.assertRefused('c', ErrorCode.REPOSITORY_DAMAGED);
        repository.assertReadsAll('b');
        repository.replace("keys/ring/2", first);
        assertReadsOnly();
        repository.replace("keys/ring/2", ring);
        repository.damage("keys/ring/2");
        assertReadsOnly();
        KeyedRepository other = new KeyedRepository();
        other.changes('a').add("second", KeyedRepository.key('b'));
        other.changes('a').add("third", KeyedRepository.key('c'));
        repository.replace("keys/ring/2", other.bytes(io.pgbackup.storage.ObjectKey.of("keys/ring/2")));
        assertReadsOnly();
        other.replace("keys/1/0", repository.bytes(io.pgbackup.storage.ObjectKey.of("keys/1/0")));
        other.assertRefused('a', ErrorCode.WRONG_KEY);
        other.assertReadsAll('b');
    }

    /** So small an object does not take everything with it: what is stored is read, but nothing is written and no key is changed. */
    private void assertReadsOnly() {
        repository.assertReadsAll('a');
        refused(ErrorCode.REPOSITORY_DAMAGED, "keys/ring/2", () -> repository.write('a'));
        refused(ErrorCode.REPOSITORY_DAMAGED, "keys/ring/2", () -> repository.ring('a'));
        refused(
                ErrorCode.REPOSITORY_DAMAGED,
                "keys/ring/2",
                () -> repository.changes('a').remove(1));
    }

    @Test
    void aDamagedRingIsReadThroughAcrossGenerations() {
        repository.changes('a').rotate(RotateRequest.withConfiguredKey());
        repository.write('a');
        repository.damage("keys/ring/1");
        repository.assertReadsAll('a');
        refused(ErrorCode.REPOSITORY_DAMAGED, "keys/ring/1", () -> repository.write('a'));
        repository.assertRefused('x', ErrorCode.WRONG_KEY);
    }

    @Test
    void unencryptedRepositoriesHaveNoKeys() {
        io.pgbackup.storage.testkit.MemoryStorage storage = new io.pgbackup.storage.testkit.MemoryStorage();
        io.pgbackup.core.repository.keys.RepositoryOpener opener =
                new io.pgbackup.core.repository.keys.RepositoryOpener(java.time.InstantSource.system());
        io.pgbackup.Repository plain =
                io.pgbackup.Repository.at("memory:plain").unencrypted().build();
        opener.create(plain, storage);
        refused(ErrorCode.ENCRYPTION_MISMATCH, "not encrypted", () -> opener.keys(plain, storage));
    }
}
