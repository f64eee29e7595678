package io.pgbackup.core.repository;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.Secret;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.Argon2Cost;
import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Storage;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Opens repositories and makes new ones. Making is safe against others doing the same at once: format and key slot are created once, and
 * whoever comes second uses what the first one wrote. Safe for use by many threads.
 */
public final class RepositoryOpener {
    private static final int FIRST_GENERATION = 1;

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * With a clock.
     *
     * @param clock for the time of creation
     */
    public RepositoryOpener(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Opens an existing repository.
     *
     * @param repository what the user said of it
     * @param storage where it is; closed with the result, or here if opening fails
     * @return the repository
     * @throws RepositoryException if there is none, or the key is wrong or of the wrong kind
     */
    public OpenRepository open(Repository repository, Storage storage) {
        return closingOnFailure(storage, () -> {
            OpenRepository plain = plain(repository, storage);
            RepositoryFormat format = readFormat(plain)
                    .orElseThrow(() -> new RepositoryException(
                            ErrorCode.REPOSITORY_MISSING,
                            "there is no repository at " + repository.location(),
                            "check the location, or make the repository with initialize"));
            return opened(repository, storage, plain, format);
        });
    }

    /**
     * Makes a repository unless there is one.
     *
     * @param repository what the user said of it
     * @param storage where it is; stays the caller's
     * @return true if something was made
     */
    public boolean create(Repository repository, Storage storage) {
        OpenRepository plain = plain(repository, storage);
        boolean made = false;
        if (readFormat(plain).isEmpty()) {
            requireUnused(repository, plain);
            byte[] id = new byte[RepositoryCipher.REPOSITORY_ID_LENGTH];
            random.nextBytes(id);
            RepositoryFormat format = new RepositoryFormat(id, repository.key().isPresent(), clock.instant());
            made = plain.createRecord(RepositoryLayout.FORMAT, HeaderKind.FORMAT, format.toBytes());
        }
        RepositoryFormat format = readFormat(plain).orElseThrow();
        requireSameEncryption(repository, format);
        if (format.encrypted() && slots(plain).isEmpty()) {
            if (holdsClusters(plain)) {
                throw noSlot(repository);
            }
            made |= createFirstSlot(repository, plain, format);
        }
        return made;
    }

    /** A new identity or master key beside objects of an old one would make those unreadable for good. */
    private static boolean holdsClusters(OpenRepository plain) {
        return plain.list(ObjectPrefix.root()).prefixes().stream()
                .anyMatch(prefix ->
                        !plain.list(prefix.resolve("identity")).objects().isEmpty());
    }

    private static void requireUnused(Repository repository, OpenRepository plain) {
        boolean used = holdsClusters(plain) || !slots(plain).isEmpty();
        // Somebody else may have made the repository meanwhile.
        if (used && readFormat(plain).isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.REPOSITORY_DAMAGED,
                    "repository " + repository.name() + " holds keys or clusters, but its object 'format' is missing",
                    "bring back that object: without it nothing in the repository can be read; or use another location");
        }
    }

    private static RepositoryException noSlot(Repository repository) {
        return new RepositoryException(
                ErrorCode.OBJECT_MISSING,
                "repository " + repository.name() + " has no key slot",
                "its making was interrupted: call initialize again; if it holds backups, its keys were removed:"
                        + " bring back the objects below 'keys'");
    }

    private boolean createFirstSlot(Repository repository, OpenRepository plain, RepositoryFormat format) {
        EncryptionKey key = repository.key().orElseThrow();
        try (MasterKey master = MasterKey.generate(FIRST_GENERATION, random);
                Secret secret = obtain(repository, key)) {
            KeySlot slot = keySlots(format).create(master, 0, credential(key, secret));
            return plain.createRecord(
                    RepositoryLayout.keySlot(FIRST_GENERATION, 0), HeaderKind.KEY_SLOT, slot.encode());
        }
    }

    private OpenRepository opened(
            Repository repository, Storage storage, OpenRepository plain, RepositoryFormat format) {
        requireSameEncryption(repository, format);
        return new OpenRepository(repository.name(), storage, cipher(repository, plain, format), codec(repository));
    }

    private RepositoryCipher cipher(Repository repository, OpenRepository plain, RepositoryFormat format) {
        if (!format.encrypted()) {
            return RepositoryCipher.unencrypted(format.id());
        }
        List<MasterKey> keys = unlock(repository, plain, format);
        try {
            return RepositoryCipher.encrypted(format.id(), keys);
        } finally {
            keys.forEach(MasterKey::close);
        }
    }

    private List<MasterKey> unlock(Repository repository, OpenRepository plain, RepositoryFormat format) {
        List<ObjectKey> slots = slots(plain);
        if (slots.isEmpty()) {
            throw noSlot(repository);
        }
        Map<Integer, MasterKey> keys = new TreeMap<>();
        List<RepositoryException> newer = new ArrayList<>();
        EncryptionKey key = repository.key().orElseThrow();
        try (Secret secret = obtain(repository, key)) {
            for (ObjectKey slot : slots) {
                unlock(
                                keySlots(format),
                                () -> plain.require(slot, HeaderKind.KEY_SLOT, KeySlot::decode),
                                credential(key, secret),
                                newer::add)
                        .ifPresent(master -> keys.putIfAbsent(master.generation(), master));
            }
        }
        if (keys.isEmpty() && !newer.isEmpty()) {
            throw newer.get(0);
        }
        if (keys.isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.WRONG_KEY,
                    "the given " + described(key) + " opens no key slot of repository " + repository.name(),
                    "check the source of the secret; a trailing blank or another encoding makes another secret");
        }
        return List.copyOf(keys.values());
    }

    /** A slot of a kind that only a newer version knows does not keep the others from opening. */
    private static Optional<MasterKey> unlock(
            KeySlots slots, Supplier<KeySlot> slot, SlotCredential credential, Consumer<RepositoryException> newer) {
        try {
            return slots.open(slot.get(), credential);
        } catch (RepositoryException e) {
            if (e.code() == ErrorCode.FORMAT_UNSUPPORTED) {
                newer.accept(e);
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String described(EncryptionKey key) {
        return key.kind() == EncryptionKey.Kind.PASSPHRASE ? "passphrase" : "raw key";
    }

    private static Secret obtain(Repository repository, EncryptionKey key) {
        try {
            return key.source().obtain();
        } catch (PgBackupException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    ErrorCode.SECRET_UNAVAILABLE,
                    "the " + described(key) + " of repository " + repository.name() + " cannot be had: "
                            + e.getMessage(),
                    "check the source of the secret; it is asked at each opening",
                    e);
        }
    }

    private static List<ObjectKey> slots(OpenRepository plain) {
        List<ObjectKey> slots = new ArrayList<>();
        for (ObjectPrefix generation : plain.list(RepositoryLayout.KEYS).prefixes()) {
            plain.list(generation).objects().stream().map(ObjectInfo::key).forEach(slots::add);
        }
        return slots;
    }

    private KeySlots keySlots(RepositoryFormat format) {
        return new KeySlots(format.id(), Argon2Cost.DEFAULT, random);
    }

    private static SlotCredential credential(EncryptionKey key, Secret secret) {
        return key.kind() == EncryptionKey.Kind.PASSPHRASE
                ? new SlotCredential.Passphrase(secret)
                : new SlotCredential.RawKey(secret);
    }

    private static Optional<RepositoryFormat> readFormat(OpenRepository plain) {
        return plain.readRecord(RepositoryLayout.FORMAT, HeaderKind.FORMAT)
                .map(content -> plain.parse(RepositoryLayout.FORMAT, content, RepositoryFormat::parse));
    }

    private static void requireSameEncryption(Repository repository, RepositoryFormat format) {
        if (format.encrypted() != repository.key().isPresent()) {
            throw new RepositoryException(
                    ErrorCode.ENCRYPTION_MISMATCH,
                    "repository " + repository.name() + " is " + (format.encrypted() ? "encrypted" : "not encrypted")
                            + ", but was configured as " + (format.encrypted() ? "unencrypted" : "encrypted"),
                    format.encrypted() ? "give its key with encryptedWith" : "declare it with unencrypted()");
        }
    }

    /** Format and key slots protect themselves: they are read before any key is known. */
    private static OpenRepository plain(Repository repository, Storage storage) {
        byte[] noId = new byte[RepositoryCipher.REPOSITORY_ID_LENGTH];
        return new OpenRepository(repository.name(), storage, RepositoryCipher.unencrypted(noId), CodecSpec.NONE);
    }

    private static CodecSpec codec(Repository repository) {
        return switch (repository.compression().algorithm()) {
            case NONE -> CodecSpec.NONE;
            case LZ4 -> CodecSpec.LZ4;
            case ZSTD -> CodecSpec.zstd(repository.compression().level());
        };
    }

    private static OpenRepository closingOnFailure(Storage storage, Supplier<OpenRepository> opening) {
        try {
            return opening.get();
        } catch (RuntimeException e) {
            storage.close();
            throw e;
        }
    }
}
