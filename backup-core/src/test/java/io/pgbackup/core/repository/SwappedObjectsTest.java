package io.pgbackup.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every object of a repository in the place of every other one, and in the same place of another repository or cluster: refused as damage. */
class SwappedObjectsTest {
    private final RepositoryOpener opener = new RepositoryOpener(InstantSource.system());

    private static Repository repository(boolean encrypted) {
        Repository.Located located = Repository.at("memory:swapped");
        return encrypted
                ? located.encryptedWith(EncryptionKey.fromKey(
                                SecretSource.value("5a".repeat(32).toCharArray())))
                        .build()
                : located.unencrypted().build();
    }

    private static MemoryStorage stored(boolean encrypted) {
        MemoryStorage storage = new MemoryStorage();
        try {
            SyntheticSet.write(repository(encrypted), storage.anotherClient());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return storage;
    }

    private static byte[] bytes(MemoryStorage storage, ObjectKey key) {
        try (InputStream in = storage.read(key, ByteRange.all())) {
            return in.readAllBytes();
        } catch (StorageException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void replace(MemoryStorage storage, ObjectKey key, byte[] bytes) {
        storage.delete(List.of(key));
        try {
            storage.create(key, Payload.of(bytes), ObjectAttributes.of(ObjectKind.CONTROL));
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }

    private static HeaderKind kind(ObjectKey key, byte[] object) {
        return ObjectHeader.parse(key, object, Math.min(object.length, ObjectHeader.LONGEST))
                .kind();
    }

    /** Everything but what is read before the keys are known. */
    private static Map<ObjectKey, byte[]> objects(MemoryStorage storage) {
        Map<ObjectKey, byte[]> objects = new TreeMap<>();
        for (ObjectKey key : storage.keys()) {
            objects.put(key, bytes(storage, key));
        }
        return objects;
    }

    private static boolean needsKeys(ObjectKey key, byte[] object) {
        HeaderKind kind = kind(key, object);
        return !kind.precedesKeys();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anObjectInThePlaceOfAnother(boolean encrypted) {
        MemoryStorage storage = stored(encrypted);
        Map<ObjectKey, byte[]> objects = objects(storage);
        int tried = 0;
        try (OpenRepository open = opener.open(repository(encrypted), storage.anotherClient())) {
            for (Map.Entry<ObjectKey, byte[]> victim : objects.entrySet()) {
                if (needsKeys(victim.getKey(), victim.getValue())) {
                    for (Map.Entry<ObjectKey, byte[]> other : objects.entrySet()) {
                        if (!other.equals(victim)) {
                            replace(storage, victim.getKey(), other.getValue());
                            assertRefused(open, victim.getKey(), kind(victim.getKey(), victim.getValue()));
                            // Nor as what it really is: its name is not its own.
                            assertRefused(open, victim.getKey(), kind(victim.getKey(), other.getValue()));
                            tried++;
                        }
                    }
                    replace(storage, victim.getKey(), victim.getValue());
                    assertThat(open.readRecord(victim.getKey(), kind(victim.getKey(), victim.getValue())))
                            .isPresent();
                }
            }
        }
        assertThat(tried).isGreaterThan(80);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anObjectOfAnotherRepositoryOrCluster(boolean encrypted) {
        MemoryStorage storage = stored(encrypted);
        Map<ObjectKey, byte[]> others = objects(stored(encrypted));
        try (OpenRepository open = opener.open(repository(encrypted), storage.anotherClient())) {
            others.forEach((key, object) -> {
                if (needsKeys(key, object)) {
                    byte[] own = bytes(storage, key);
                    ObjectKey elsewhere = ObjectKey.of(key.toString().replaceFirst("^[^/]+/", "other/"));
                    replace(storage, elsewhere, own);
                    assertRefused(open, elsewhere, kind(key, own));
                    replace(storage, key, object);
                    assertRefused(open, key, kind(key, object));
                }
            });
        }
    }

    private static void assertRefused(OpenRepository open, ObjectKey key, HeaderKind kind) {
        assertThatThrownBy(() -> open.readRecord(key, kind))
                .as("%s as %s", key, kind)
                .isInstanceOfSatisfying(
                        RepositoryException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.REPOSITORY_DAMAGED))
                .hasMessageContaining(key.toString());
    }

    /** They are read before any key is known; what they lead to does not open. */
    @Test
    void formatAndSlotOfAnotherRepository() {
        for (String name : new String[] {"format", "keys/1/0"}) {
            MemoryStorage storage = stored(true);
            replace(storage, ObjectKey.of(name), bytes(stored(true), ObjectKey.of(name)));
            assertOpeningFails(storage, true, ErrorCode.WRONG_KEY);
        }
        MemoryStorage plain = stored(false);
        replace(plain, ObjectKey.of("format"), bytes(stored(false), ObjectKey.of("format")));
        try (OpenRepository open = opener.open(repository(false), plain.anotherClient())) {
            assertRefused(open, ObjectKey.of("golden/identity/1"), HeaderKind.IDENTITY);
        }
        MemoryStorage encrypted = stored(true);
        replace(encrypted, ObjectKey.of("format"), bytes(encrypted, ObjectKey.of("golden/identity/1")));
        assertOpeningFails(encrypted, true, ErrorCode.REPOSITORY_DAMAGED);
        MemoryStorage openedUp = stored(true);
        replace(openedUp, ObjectKey.of("format"), bytes(stored(false), ObjectKey.of("format")));
        assertOpeningFails(openedUp, true, ErrorCode.ENCRYPTION_MISMATCH);
    }

    private void assertOpeningFails(MemoryStorage storage, boolean encrypted, ErrorCode code) {
        assertThatThrownBy(() -> opener.open(repository(encrypted), storage.anotherClient())
                        .close())
                .isInstanceOfSatisfying(
                        RepositoryException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
