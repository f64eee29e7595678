package io.pgbackup.keys.testkit;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A key management service in memory, with named keys in versions. It really encrypts, binds what it wraps, and fails as it is told. Safe for use by many threads. */
public final class MemoryKeyService {
    private final SealingKeys keys = new SealingKeys();
    private final Map<String, Reason> refusals = new TreeMap<>();
    private final AtomicInteger wraps = new AtomicInteger();
    private final AtomicInteger unwraps = new AtomicInteger();
    private int outages;

    /**
     * Makes a key, or a new version of one.
     *
     * @param name of the key
     * @return this
     */
    public MemoryKeyService rotate(String name) {
        keys.rotate(name);
        return this;
    }

    /**
     * Makes a key of known bytes, or a new version of one.
     *
     * @param name of the key
     * @param key 32 bytes
     * @return this
     */
    public MemoryKeyService rotate(String name, byte[] key) {
        keys.rotate(name, key);
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
            return WrappedKey.of(version, secret.use(bytes -> keys.seal(name, bytes, binding.associatedData())));
        }

        @Override
        public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
            unwraps.incrementAndGet();
            requireAllowed(name);
            String version = wrapped.wrappedBy();
            String number = version.substring(version.lastIndexOf('/') + 1);
            if (!version.equals(name + "/" + number) || !number.matches("[1-9][0-9]{0,8}")) {
                return Optional.empty();
            }
            requireAllowed(version);
            return keys.open(name, Integer.parseInt(number), wrapped.bytes(), binding.associatedData())
                    .map(plain -> {
                        Secret secret = Secret.of(plain);
                        Arrays.fill(plain, (byte) 0);
                        return secret;
                    });
        }

        @Override
        public String toString() {
            return "MemoryKey[" + name + "]";
        }
    }

    private synchronized String newestOf(String name) throws KeyServiceException {
        requireAllowed(name);
        if (keys.newest(name) == 0) {
            throw new KeyServiceException(Reason.KEY_UNUSABLE, "there is no key " + name, null);
        }
        String version = name + "/" + keys.newest(name);
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
}
