package io.pgbackup.core.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeySlotInfo;
import io.pgbackup.keys.RotateRequest;
import io.pgbackup.keys.testkit.MemoryKeyService;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Slots whose keys a service keeps: opened, added, removed and rotated like all others; and what the service does not say is never taken for an answer. */
class KeyServiceSlotsTest {
    private static final EncryptionKey PASSPHRASE = KeyedRepository.key('p');
    private static final Map<Reason, ErrorCode> CODES = Map.of(
            Reason.DENIED, ErrorCode.KEY_SERVICE_DENIED,
            Reason.UNAVAILABLE, ErrorCode.KEY_SERVICE_UNAVAILABLE,
            Reason.KEY_UNUSABLE, ErrorCode.KEY_UNUSABLE,
            Reason.FAULT, ErrorCode.KEY_SERVICE_FAULT);

    private final MemoryKeyService service =
            new MemoryKeyService().rotate("main").rotate("other");
    private final EncryptionKey main = EncryptionKey.wrappedBy(service.key("main"));
    private final EncryptionKey other = EncryptionKey.wrappedBy(service.key("other"));
    private final MemoryStorage storage = new MemoryStorage();
    private final RepositoryOpener opener = new RepositoryOpener(InstantSource.system());

    private static Repository as(EncryptionKey key) {
        return Repository.at("memory:kept").encryptedWith(key).named("kept").build();
    }

    private OpenRepository open(EncryptionKey key) {
        return opener.open(as(key), storage.anotherClient());
    }

    private KeyChanges changes(EncryptionKey key) {
        return new KeyChanges(opener.keys(as(key), storage), key, InstantSource.system(), failure -> {
            throw failure;
        });
    }

    private KeyRingInfo ring(EncryptionKey key) {
        return new KeyRingQuery(opener.keys(as(key), storage), key).run();
    }

    private void write(EncryptionKey key, String name) {
        try (OpenRepository open = open(key)) {
            open.createRecord(ObjectKey.of("main/job/" + name), HeaderKind.JOB, name.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void assertReads(EncryptionKey key, String... names) {
        try (OpenRepository open = open(key)) {
            for (String name : names) {
                assertThat(open.readRecord(ObjectKey.of("main/job/" + name), HeaderKind.JOB))
                        .hasValueSatisfying(
                                content -> assertThat(content).asString().isEqualTo(name));
            }
        }
    }

    private RepositoryException refused(EncryptionKey key) {
        RepositoryException failure =
                catchThrowableOfType(RepositoryException.class, () -> open(key).close());
        assertThat(failure).as("failure to open").isNotNull();
        return failure;
    }

    private byte[] bytes(String key) throws Exception {
        try (InputStream in = storage.read(ObjectKey.of(key), ByteRange.all())) {
            return in.readAllBytes();
        }
    }

    @Test
    void aServiceOpensARepositoryThatItsKeyBegan() {
        assertThat(opener.create(as(main), storage)).isTrue();
        assertThat(opener.create(as(main), storage)).isFalse();

        write(main, "first");

        assertReads(main, "first");
        assertThat(ring(main).slots().get(0)).satisfies(slot -> {
            assertThat(slot.kind()).contains(EncryptionKey.Kind.SERVICE);
            assertThat(slot.wrappedBy()).contains("memory main/1");
            assertThat(slot.configured()).isTrue();
        });
        assertThat(refused(other)).satisfies(failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.WRONG_KEY);
            assertThat(failure).hasMessageContaining("memory key other");
            assertThat(failure.hint()).contains("slot 0 by main/1");
        });
        assertThat(refused(PASSPHRASE).code()).isEqualTo(ErrorCode.WRONG_KEY);
    }

    @Test
    void theServiceIsAskedAtOpeningAndNeverForAnObject() {
        opener.create(as(main), storage);
        int unwraps = service.unwraps();

        try (OpenRepository open = open(main)) {
            for (int number = 0; number < 50; number++) {
                ObjectKey key = ObjectKey.of("main/job/" + number);
                open.createRecord(key, HeaderKind.JOB, new byte[] {1});
                open.readRecord(key, HeaderKind.JOB);
            }
        }

        assertThat(service.unwraps() - unwraps).isEqualTo(1);
        assertThat(service.wraps()).isEqualTo(1);
    }

    @Test
    void slotsAreAddedRotatedAndRemoved() {
        opener.create(as(PASSPHRASE), storage);
        write(PASSPHRASE, "first");
        assertThat(changes(PASSPHRASE).add("service", main)).isEqualTo(1);
        assertThat(changes(PASSPHRASE).add("again", main)).isEqualTo(1);
        assertThat(changes(PASSPHRASE).add("another", other)).isEqualTo(2);
        assertReads(main, "first");
        assertReads(other, "first");

        changes(main).rotate(RotateRequest.withConfiguredKey().and(PASSPHRASE).and(other));
        write(other, "second");
        changes(main).remove(0);
        changes(main).remove(2);

        assertReads(main, "first", "second");
        assertThat(refused(PASSPHRASE).code()).isEqualTo(ErrorCode.WRONG_KEY);
        assertThat(refused(other)).hasMessageContaining("opens no key slot");
        assertThat(ring(main).damaged()).isEmpty();
        assertThat(ring(main).leftBehind()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void whatTheServiceDoesNotSayIsNoWrongKey(Reason reason) {
        opener.create(as(main), storage);
        changes(main).add("second", PASSPHRASE);
        service.refuse("main", reason);

        RepositoryException failure = refused(main);

        assertThat(failure.code()).isEqualTo(CODES.get(reason));
        assertThat(failure).hasMessageContaining("kept").hasMessageContaining("memory key main");
        assertThat(failure.hint()).isNotBlank();
        assertThat(failure.retryable()).isEqualTo(reason == Reason.UNAVAILABLE);
        assertThat(catchThrowableOfType(
                        RepositoryException.class, () -> changes(PASSPHRASE).add("again", main)))
                .satisfies(again -> assertThat(again.code()).isEqualTo(CODES.get(reason)));
        assertThat(catchThrowableOfType(
                        RepositoryException.class,
                        () -> changes(PASSPHRASE)
                                .rotate(RotateRequest.withConfiguredKey().and(main))))
                .satisfies(again -> assertThat(again.code()).isEqualTo(CODES.get(reason)));
        assertThat(ring(PASSPHRASE).slots()).hasSize(2);
        service.allow("main");
        assertReads(main);
    }

    @Test
    void aSlotOfAKeyThatIsDeniedDoesNotKeepAnotherFromOpening() {
        opener.create(as(other), storage);
        changes(other).add("main", main);
        service.refuse("other/1", Reason.DENIED);

        write(main, "first");

        assertReads(main, "first");
    }

    @Test
    void aNewVersionOfTheKeyLocksNobodyOutAndADisabledOldOneIsTold() {
        opener.create(as(main), storage);
        write(main, "first");
        service.rotate("main");
        assertReads(main, "first");
        changes(main).rotate(RotateRequest.withConfiguredKey());
        write(main, "second");
        assertReads(main, "first", "second");
        assertThat(ring(main).slots())
                .extracting(slot -> slot.wrappedBy().orElse(""))
                .containsExactly("memory main/2");

        service.refuse("main/1", Reason.KEY_UNUSABLE);

        assertThat(refused(main)).satisfies(failure -> {
            assertThat(failure.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
            assertThat(failure).hasMessageContaining("generation 1").hasMessageContaining("main/1");
        });
    }

    @Test
    void aDamagedRingDoesNotMakeAnOutageDamage() throws Exception {
        opener.create(as(main), storage);
        changes(main).add("second", PASSPHRASE);
        byte[] ring = bytes("keys/ring/1");
        ring[ring.length - 20] ^= 1;
        replace("keys/ring/1", ring);
        open(main).close();

        service.refuse("main", Reason.DENIED);

        assertThat(refused(main).code()).isEqualTo(ErrorCode.KEY_SERVICE_DENIED);
    }

    @Test
    void aSlotOfAnotherRepositoryDoesNotOpen() throws Exception {
        opener.create(as(main), storage);
        MemoryStorage elsewhere = new MemoryStorage();
        opener.create(as(main), elsewhere);
        byte[] foreign;
        try (InputStream in = elsewhere.read(ObjectKey.of("keys/1/0"), ByteRange.all())) {
            foreign = in.readAllBytes();
        }
        replace("keys/1/0", foreign);

        assertThat(refused(main).code()).isEqualTo(ErrorCode.WRONG_KEY);
    }

    private void replace(String key, byte[] bytes) throws Exception {
        storage.delete(List.of(ObjectKey.of(key)));
        storage.create(ObjectKey.of(key), Payload.of(bytes), ObjectAttributes.of(ObjectKind.KEY));
    }

    /** A reader of version 1 refuses such a slot as too new by its header, and reads everything else. */
    @Test
    void onlyTheSlotIsOfTheSecondVersionOfTheFormat() throws Exception {
        opener.create(as(PASSPHRASE), storage);
        changes(PASSPHRASE).add("service", main);
        write(main, "first");
        for (ObjectKey key : storage.keys()) {
            byte[] object = bytes(key.toString());
            boolean slot = key.toString().equals("keys/1/1");
            assertThat(object[6]).as("version of %s", key).isEqualTo((byte) (slot ? 2 : 1));
            assertThat(ObjectHeader.parse(key, object, object.length).kind() == HeaderKind.SERVICE_KEY_SLOT)
                    .isEqualTo(slot);
        }
    }

    @Test
    void aSlotThatSaysItIsOfAnotherKindIsDamaged() throws Exception {
        opener.create(as(PASSPHRASE), storage);
        changes(PASSPHRASE).add("service", main);
        replace("keys/1/1", bytes("keys/1/0"));

        List<KeySlotInfo> damaged = ring(PASSPHRASE).damaged();

        assertThat(damaged).extracting(KeySlotInfo::number).containsExactly(1);
        assertReads(PASSPHRASE);
    }
}
