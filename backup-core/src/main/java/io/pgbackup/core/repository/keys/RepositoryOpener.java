package io.pgbackup.core.repository.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.Argon2Cost;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Storage;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Opens repositories and makes new ones. Making is safe against others doing the same at once: format and key slot are created once, and
 * whoever comes second uses what the first one wrote. Safe for use by many threads.
 */
public final class RepositoryOpener {
    private final InstantSource clock;
    private final UnaryOperator<KeyWrapper> services;
    private final SecureRandom random = new SecureRandom();

    /**
     * With a clock.
     *
     * @param clock for the time of creation
     */
    public RepositoryOpener(InstantSource clock) {
        this(clock, UnaryOperator.identity());
    }

    /**
     * With a clock, and something around the keys of key management services.
     *
     * @param clock for the time of creation
     * @param services decorates each of them
     */
    public RepositoryOpener(InstantSource clock, UnaryOperator<KeyWrapper> services) {
        this.clock = clock;
        this.services = services;
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
            RepositoryFormat format = readFormat(plain).orElseThrow(() -> noRepository(repository));
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
        if (format.encrypted() && !holdsKeys(plain)) {
            if (holdsClusters(plain)) {
                throw unlocking(plain, format).noSlot();
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

    private static boolean holdsKeys(OpenRepository plain) {
        return plain.list(RepositoryLayout.KEYS).prefixes().stream()
                .anyMatch(prefix -> !plain.list(prefix).objects().isEmpty());
    }

    private static void requireUnused(Repository repository, OpenRepository plain) {
        boolean used = holdsClusters(plain) || holdsKeys(plain);
        // Somebody else may have made the repository meanwhile.
        if (used && readFormat(plain).isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.REPOSITORY_DAMAGED,
                    "repository " + repository.name() + " holds keys or clusters, but its object 'format' is missing",
                    "bring back that object: without it nothing in the repository can be read; or use another location");
        }
    }

    private boolean createFirstSlot(Repository repository, OpenRepository plain, RepositoryFormat format) {
        try (MasterKey master = MasterKey.generate(KeyRing.FIRST_GENERATION, random);
                ObtainedKey key = obtain(repository)) {
            KeyUnlocking unlocking = unlocking(plain, format);
            return unlocking.stored().create(unlocking.slots().create(master, KeyRing.FIRST_SLOT, key.credential()));
        }
    }

    private OpenRepository opened(
            Repository repository, Storage storage, OpenRepository plain, RepositoryFormat format) {
        requireSameEncryption(repository, format);
        return new OpenRepository(repository.name(), storage, cipher(repository, plain, format), codec(repository))
                .locking(repository.lock());
    }

    private RepositoryCipher cipher(Repository repository, OpenRepository plain, RepositoryFormat format) {
        if (!format.encrypted()) {
            return RepositoryCipher.unencrypted(format.id());
        }
        try (ObtainedKey key = obtain(repository)) {
            return unlocking(plain, format).cipher(key);
        }
    }

    /**
     * The keys of an existing repository, to be looked at or changed.
     *
     * @param repository what the user said of it
     * @param storage where it is; stays the caller's
     * @return opens its ring
     * @throws RepositoryException if there is no repository, or it is not encrypted
     */
    public KeyUnlocking keys(Repository repository, Storage storage) {
        OpenRepository plain = plain(repository, storage);
        RepositoryFormat format = readFormat(plain).orElseThrow(() -> noRepository(repository));
        requireSameEncryption(repository, format);
        if (!format.encrypted()) {
            throw new RepositoryException(
                    ErrorCode.ENCRYPTION_MISMATCH,
                    "repository " + repository.name() + " is not encrypted: it has no keys",
                    "whether a repository is encrypted is decided when it is made");
        }
        return unlocking(plain, format);
    }

    private static RepositoryException noRepository(Repository repository) {
        return new RepositoryException(
                ErrorCode.REPOSITORY_MISSING,
                "there is no repository at " + repository.location(),
                "check the location, or make the repository with initialize");
    }

    private KeyUnlocking unlocking(OpenRepository plain, RepositoryFormat format) {
        KeySlots slots = new KeySlots(format.id(), Argon2Cost.DEFAULT, random);
        return new KeyUnlocking(plain, format.id(), slots, this::obtain);
    }

    private ObtainedKey obtain(Repository repository) {
        return obtain(repository.name(), repository.key().orElseThrow());
    }

    private ObtainedKey obtain(String repository, EncryptionKey key) {
        return ObtainedKey.of(
                repository,
                key.wrapper().map(services).map(EncryptionKey::wrappedBy).orElse(key));
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
