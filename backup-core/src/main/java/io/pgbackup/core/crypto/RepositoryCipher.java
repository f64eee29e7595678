package io.pgbackup.core.crypto;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.Arrays;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What protects one repository: its suite, its identity and all generations of its master key. Immutable until closed and safe for use by
 * many threads; each object and worker gets its own {@link ObjectCipher}. {@link #close()} wipes the keys, when nobody uses them any more.
 */
public final class RepositoryCipher implements AutoCloseable {
    /** Length of a repository's identity in bytes. */
    public static final int REPOSITORY_ID_LENGTH = 16;

    private static final String OBJECT_LABEL = "pgbackup object";
    private static final String DIGEST_LABEL = "pgbackup content digest";

    private final Suite suite;
    private final byte[] repositoryId;
    private final NavigableMap<Integer, MasterKey> keys;
    private final Optional<RepositoryException> readOnly;

    private RepositoryCipher(
            Suite suite,
            byte[] repositoryId,
            NavigableMap<Integer, MasterKey> keys,
            Optional<RepositoryException> readOnly) {
        if (repositoryId.length != REPOSITORY_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "a repository id has " + REPOSITORY_ID_LENGTH + " bytes, not " + repositoryId.length);
        }
        this.suite = suite;
        this.repositoryId = repositoryId.clone();
        this.keys = keys;
        this.readOnly = readOnly;
    }

    /**
     * For an encrypted repository.
     *
     * @param repositoryId {@value #REPOSITORY_ID_LENGTH} bytes
     * @param masterKeys at least one, one of each generation; copied, the caller closes its own
     * @return the cipher; new objects are sealed with the highest generation
     */
    public static RepositoryCipher encrypted(byte[] repositoryId, Collection<MasterKey> masterKeys) {
        return encrypted(repositoryId, masterKeys, Optional.empty());
    }

    /**
     * For an encrypted repository of which it is not known under which generation to write.
     *
     * @param repositoryId {@value #REPOSITORY_ID_LENGTH} bytes
     * @param masterKeys at least one, one of each generation; copied, the caller closes its own
     * @param reason what is thrown when something is to be sealed
     * @return the cipher; it opens only
     */
    public static RepositoryCipher readOnly(
            byte[] repositoryId, Collection<MasterKey> masterKeys, RepositoryException reason) {
        return encrypted(repositoryId, masterKeys, Optional.of(reason));
    }

    private static RepositoryCipher encrypted(
            byte[] repositoryId, Collection<MasterKey> masterKeys, Optional<RepositoryException> readOnly) {
        if (masterKeys.isEmpty()) {
            throw new IllegalArgumentException("an encrypted repository has at least one master key");
        }
        NavigableMap<Integer, MasterKey> keys = new TreeMap<>();
        for (MasterKey key : masterKeys) {
            if (keys.put(key.generation(), key.copy()) != null) {
                throw new IllegalArgumentException("two master keys of generation " + key.generation());
            }
        }
        return new RepositoryCipher(Suite.AES_256_GCM, repositoryId, keys, readOnly);
    }

    /**
     * For an unencrypted repository, and for the objects of every repository that are read before its keys are known.
     *
     * @param repositoryId {@value #REPOSITORY_ID_LENGTH} bytes
     * @return the cipher
     */
    public static RepositoryCipher unencrypted(byte[] repositoryId) {
        return new RepositoryCipher(Suite.UNENCRYPTED, repositoryId, new TreeMap<>(), Optional.empty());
    }

    /**
     * The suite of every object of this repository.
     *
     * @return one suite
     */
    public Suite suite() {
        return suite;
    }

    /**
     * Whether objects are encrypted and authenticated.
     *
     * @return false if they only carry digests
     */
    public boolean encrypted() {
        return suite != Suite.UNENCRYPTED;
    }

    /**
     * The generation that seals new objects.
     *
     * @return at least 1, or 0 in an unencrypted repository
     * @throws RepositoryException if this opens only
     */
    public int currentGeneration() {
        readOnly.ifPresent(reason -> {
            throw new RepositoryException(reason.code(), String.valueOf(reason.getMessage()), reason.hint(), reason);
        });
        return encrypted() ? keys.lastKey() : 0;
    }

    /**
     * How much longer a sealed frame is than its content.
     *
     * @return bytes
     */
    public int overhead() {
        return encrypted() ? AesGcmCipher.TAG_LENGTH : DigestCipher.DIGEST_LENGTH;
    }

    /**
     * The cipher of one object.
     *
     * @param identity of the object
     * @return for one worker
     * @throws RepositoryException with {@link ErrorCode#WRONG_KEY} if the object's key generation is not among the known ones
     * @throws IllegalStateException if this is closed
     */
    public ObjectCipher forObject(ObjectIdentity identity) {
        byte[] info = identity.info(OBJECT_LABEL, repositoryId);
        if (!encrypted()) {
            byte[] salted = Arrays.copyOf(info, info.length + identity.salt().length);
            System.arraycopy(identity.salt(), 0, salted, info.length, identity.salt().length);
            return new DigestCipher(salted);
        }
        byte[] master = requireKey(identity.generation(), identity.objectKey()).bytes();
        byte[] key = Hkdf.derive(master, identity.salt(), info, MasterKey.LENGTH);
        try {
            return new AesGcmCipher(key, CipherWarmup.isWarm());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /**
     * What is part of every derived key.
     *
     * @return {@value #REPOSITORY_ID_LENGTH} bytes
     */
    public byte[] repositoryId() {
        return repositoryId.clone();
    }

    /**
     * A keyed digest over plaintext. In an unencrypted repository its key is public.
     *
     * @param generation of the master key; compare only digests of one generation
     * @return for one content
     * @throws RepositoryException with {@link ErrorCode#WRONG_KEY} if the generation is not among the known ones
     */
    public ContentDigest contentDigest(int generation) {
        byte[] info = new Fields(DIGEST_LABEL.length() + repositoryId.length)
                .text(DIGEST_LABEL)
                .bytes(repositoryId)
                .done();
        if (!encrypted()) {
            return new ContentDigest(info);
        }
        byte[] key = Hkdf.derive(requireKey(generation, "a content digest").bytes(), new byte[0], info, 32);
        try {
            return new ContentDigest(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private MasterKey requireKey(int generation, String object) {
        MasterKey key = keys.get(generation);
        if (key == null) {
            throw new RepositoryException(
                    ErrorCode.WRONG_KEY,
                    object + " is sealed with key generation " + generation
                            + ", but the given credentials open the generations " + keys.keySet(),
                    "Give a key or passphrase that has a slot for generation " + generation
                            + "; check() tells which slots are damaged. If there never was such a generation, the"
                            + " object's header is damaged.");
        }
        return key;
    }

    /** Wipes the keys. Idempotent. */
    @Override
    public void close() {
        keys.values().forEach(MasterKey::close);
    }

    @Override
    public String toString() {
        return "RepositoryCipher[" + suite.text() + ", generations " + keys.keySet() + "]";
    }
}
