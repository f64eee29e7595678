package io.pgbackup.core.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** An encrypted repository in memory with some objects, and what its users do. Keys are letters. */
final class KeyedRepository {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private final MemoryStorage storage = new MemoryStorage();
    private final RepositoryOpener opener = new RepositoryOpener(InstantSource.fixed(NOW));
    private final Map<ObjectKey, String> written = new HashMap<>();
    private final List<String> stayed = new ArrayList<>();

    /** Made by the key {@code a}, with one object. */
    KeyedRepository() {
        opener.create(as('a'), storage);
        write('a');
    }

    static EncryptionKey key(char letter) {
        String digits = Integer.toHexString(0x100 + letter).substring(1).repeat(32);
        return EncryptionKey.fromKey(SecretSource.value(digits.toCharArray()));
    }

    Repository as(char letter) {
        return as(key(letter));
    }

    Repository as(EncryptionKey key) {
        return Repository.at("memory:keyed").encryptedWith(key).named("keyed").build();
    }

    MemoryStorage storage() {
        return storage;
    }

    KeyChanges changes(char letter) {
        return changes(letter, storage);
    }

    KeyChanges changes(char letter, Storage through) {
        KeyUnlocking unlocking = opener.keys(as(letter), through);
        return new KeyChanges(
                unlocking, key(letter), InstantSource.fixed(NOW), failure -> stayed.add(failure.getMessage()));
    }

    KeyRingInfo ring(char letter) {
        return new KeyRingQuery(opener.keys(as(letter), storage), key(letter)).run();
    }

    List<String> stayed() {
        return stayed;
    }

    OpenRepository open(char letter) {
        return opener.open(as(letter), storage.anotherClient());
    }

    /** Writes an object with a key; returns the generation that sealed it. */
    int write(char letter) {
        try (OpenRepository open = open(letter)) {
            return write(open);
        }
    }

    int write(OpenRepository open) {
        String content = "content " + written.size();
        ObjectKey key = ObjectKey.of("main/job/" + written.size());
        assertThat(open.createRecord(key, HeaderKind.JOB, content.getBytes(StandardCharsets.UTF_8)))
                .isTrue();
        written.put(key, content);
        byte[] object = bytes(key);
        return ObjectHeader.parse(key, object, object.length).generation();
    }

    /** Everything ever written is read with a key. */
    void assertReadsAll(char letter) {
        try (OpenRepository open = open(letter)) {
            assertReadsAll(open);
        }
    }

    void assertReadsAll(OpenRepository open) {
        written.forEach((key, content) -> assertThat(open.readRecord(key, HeaderKind.JOB))
                .hasValueSatisfying(read ->
                        assertThat(new String(read, StandardCharsets.UTF_8)).isEqualTo(content)));
    }

    void assertRefused(char letter, ErrorCode code) {
        assertThat(failure(letter).map(RepositoryException::code))
                .as("failure of %s", letter)
                .contains(code);
    }

    boolean opens(char letter) {
        Optional<RepositoryException> failure = failure(letter);
        failure.ifPresent(found -> assertThat(found.code()).isEqualTo(ErrorCode.WRONG_KEY));
        return failure.isEmpty();
    }

    private Optional<RepositoryException> failure(char letter) {
        try {
            open(letter).close();
            return Optional.empty();
        } catch (RepositoryException e) {
            return Optional.of(e);
        }
    }

    byte[] bytes(ObjectKey key) {
        try (InputStream in = storage.read(key, ByteRange.all())) {
            return in.readAllBytes();
        } catch (StorageException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Puts other bytes in the place of an object, as somebody outside would. */
    void replace(String key, byte[] bytes) {
        storage.delete(List.of(ObjectKey.of(key)));
        try {
            storage.create(
                    ObjectKey.of(key),
                    Payload.of(bytes),
                    io.pgbackup.storage.ObjectAttributes.of(io.pgbackup.storage.ObjectKind.KEY));
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }

    void damage(String key) {
        byte[] bytes = bytes(ObjectKey.of(key));
        bytes[bytes.length - 20] ^= 1;
        replace(key, bytes);
    }

    void delete(String key) {
        storage.delete(List.of(ObjectKey.of(key)));
    }

    List<String> keyObjects() {
        return storage.keys().stream()
                .map(ObjectKey::toString)
                .filter(key -> key.startsWith("keys/"))
                .toList();
    }

    /** Does the same with every repository. */
    KeyedRepository with(Consumer<KeyedRepository> preparation) {
        preparation.accept(this);
        return this;
    }
}
