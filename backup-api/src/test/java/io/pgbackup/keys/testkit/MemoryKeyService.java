package io.pgbackup.keys.testkit;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A key management service in memory, with named keys in versions. It really encrypts, binds what it wraps, and fails as it is told. Safe for use by many threads. */
public final class MemoryKeyService {
    private static final int NONCE = 12;
    private static final int KEY_LENGTH = 32;

    private final Map<String, byte[]> versions = new TreeMap<>();
    private final Map<String, Integer> newest = new TreeMap<>();
    private final Map<String, Reason> refusals = new TreeMap<>();
    private final AtomicInteger wraps = new AtomicInteger();
    private final AtomicInteger unwraps = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();
    private int outages;

    /**
     * Makes a key, or a new version of one.
     *
     * @param name of the key
     * @return this
     */
    public MemoryKeyService rotate(String name) {
        byte[] key = new byte[KEY_LENGTH];
        random.nextBytes(key);
        return rotate(name, key);
    }

    /**
     * Makes a key of known bytes, or a new version of one.
     *
     * @param name of the key
     * @param key 32 bytes
     * @return this
     */
    public synchronized MemoryKeyService rotate(String name, byte[] key) {
        int version = newest.merge(name, 1, Integer::sum);
        versions.put(name + "/" + version, key.clone());
        return this;
    }

    /**
     * Refuses a key, or one version of it, until {@link #allow}.
     *
     * @param nameOrVersion for example {@code main} or {@code main/1}
     * @param reason of the refusals
     */
    public synchronized void refuse(String nameOrVersion, Reason reason) {
        refusals.put(nameOrVersion, reason);
    }

    /**
     * Refuses no more.
     *
     * @param nameOrVersion as it was refused
     */
    public synchronized void allow(String nameOrVersion) {
        refusals.remove(nameOrVersion);
    }

    /**
     * The next requests are not answered.
     *
     * @param requests how many
     */
    public synchronized void breakDown(int requests) {
        outages = requests;
    }

    /**
     * How often something was asked to be wrapped.
     *
     * @return requests, with and without success
     */
    public int wraps() {
        return wraps.get();
    }

    /**
     * How often something was asked to be unwrapped.
     *
     * @return requests, with and without success
     */
    public int unwraps() {
        return unwraps.get();
    }

    /**
     * A key of the service.
     *
     * @param name of the key
     * @return asks for it at each use
     */
    public KeyWrapper key(String name) {
        return new MemoryKey(name);
    }

    private final class MemoryKey implements KeyWrapper {
        private final String name;

        MemoryKey(String name) {
            this.name = name;
        }

        @Override
        public String service() {
            return "memory";
        }

        @Override
        public String key() {
            return name;
        }

        @Override
        public WrappedKey wrap(Secret secret, KeyBinding binding) throws KeyServiceException {
            wraps.incrementAndGet();
            String version = newestOf(name);
            byte[] nonce = new byte[NONCE];
            random.nextBytes(nonce);
            byte[] sealed = secret.use(bytes -> sealed(version, nonce, bytes, binding));
            return WrappedKey.of(
                    version,
                    ByteBuffer.allocate(NONCE + sealed.length)
                            .put(nonce)
                            .put(sealed)
                            .array());
        }

        private byte[] sealed(String version, byte[] nonce, byte[] bytes, KeyBinding binding) {
            try {
                return cipher(Cipher.ENCRYPT_MODE, version, nonce, binding).doFinal(bytes);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
            unwraps.incrementAndGet();
            requireAllowed(name);
            String version = wrapped.wrappedBy();
            byte[] bytes = wrapped.bytes();
            if (!version.startsWith(name + "/") || bytes.length <= NONCE) {
                return Optional.empty();
            }
            requireAllowed(version);
            try {
                byte[] plain = cipher(Cipher.DECRYPT_MODE, version, Arrays.copyOf(bytes, NONCE), binding)
                        .doFinal(bytes, NONCE, bytes.length - NONCE);
                Secret secret = Secret.of(plain);
                Arrays.fill(plain, (byte) 0);
                return Optional.of(secret);
            } catch (AEADBadTagException e) {
                return Optional.empty();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return "MemoryKey[" + name + "]";
        }
    }

    private synchronized String newestOf(String name) throws KeyServiceException {
        requireAllowed(name);
        if (!newest.containsKey(name)) {
            throw new KeyServiceException(Reason.KEY_UNUSABLE, "there is no key " + name, null);
        }
        String version = name + "/" + newest.get(name);
        requireAllowed(version);
        return version;
    }

    private synchronized void requireAllowed(String nameOrVersion) throws KeyServiceException {
        if (outages > 0) {
            outages--;
            throw new KeyServiceException(Reason.UNAVAILABLE, "nobody answers for " + nameOrVersion, null);
        }
        Reason reason = refusals.get(nameOrVersion);
        if (reason != null) {
            throw new KeyServiceException(reason, nameOrVersion + " is refused: " + reason, null);
        }
    }

    private synchronized Cipher cipher(int mode, String version, byte[] nonce, KeyBinding binding)
            throws GeneralSecurityException {
        byte[] key = versions.get(version);
        if (key == null) {
            throw new AEADBadTagException("there is no version " + version);
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(binding.associatedData());
        return cipher;
    }
}
