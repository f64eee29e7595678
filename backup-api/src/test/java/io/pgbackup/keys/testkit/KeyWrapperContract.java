package io.pgbackup.keys.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What every {@link KeyWrapper} promises, as tests of one claim each. Whoever writes one proves it by extending this class, against a service, or a server that
 * behaves as the service does and really encrypts. Differences are declared by overriding the capability methods.
 */
public abstract class KeyWrapperContract {
    private static final KeyBinding HERE = new KeyBinding("00112233445566778899aabbccddeeff", 2, 7);

    private final byte[] key = new byte[32];

    /** Draws the key that is wrapped. */
    protected KeyWrapperContract() {
        new SecureRandom().nextBytes(key);
    }

    /** What befalls the service or its key. */
    public enum Trouble {
        /** The credentials may no longer use the key. */
        DENIED,
        /** Nobody answers. */
        UNREACHABLE,
        /** The service answers that it is overloaded or broken. */
        OVERLOADED,
        /** The key is disabled. */
        DISABLED,
        /** The key is deleted. */
        DELETED
    }

    /**
     * The service's main key.
     *
     * @return a new wrapper of it
     * @throws Exception if that fails, and the test with it
     */
    protected abstract KeyWrapper mainKey() throws Exception;

    /**
     * Another key of the same service.
     *
     * @return a new wrapper of it
     * @throws Exception if that fails, and the test with it
     */
    protected abstract KeyWrapper otherKey() throws Exception;

    /**
     * Lets something befall the main key from now on.
     *
     * @param trouble what
     * @throws Exception if that fails, and the test with it
     */
    protected abstract void befall(Trouble trouble) throws Exception;

    /**
     * Gives the main key a new version.
     *
     * @throws Exception if that fails, and the test with it
     */
    protected abstract void rotate() throws Exception;

    /**
     * Disables all versions of the main key but the newest.
     *
     * @return false if the service has no versions that can be disabled
     * @throws Exception if that fails, and the test with it
     */
    protected abstract boolean disableOldVersions() throws Exception;

    /**
     * How many requests the service got for its keys, those without an answer left out.
     *
     * @return since the test began
     */
    protected abstract int requests();

    /**
     * Whether the service authenticates the binding.
     *
     * @return true unless overridden
     */
    protected boolean bindsItself() {
        return true;
    }

    /**
     * What no message may ever hold: the secrets that the wrappers were made with.
     *
     * @return empty unless overridden
     */
    protected Set<String> secrets() {
        return Set.of();
    }

    private WrappedKey wrapped(KeyWrapper wrapper) throws KeyServiceException {
        try (Secret secret = Secret.of(key)) {
            return wrapper.wrap(secret, HERE);
        }
    }

    private boolean opens(KeyWrapper wrapper, WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
        Optional<Secret> unwrapped = wrapper.unwrap(wrapped, binding);
        unwrapped.ifPresent(secret -> {
            assertThat(secret.use(byte[]::clone)).isEqualTo(key);
            secret.close();
        });
        return unwrapped.isPresent();
    }

    @Test
    void whatIsWrappedIsUnwrapped() throws Exception {
        WrappedKey wrapped = wrapped(mainKey());

        assertThat(opens(mainKey(), wrapped, HERE)).isTrue();
        assertThat(HexFormat.of().formatHex(wrapped.bytes()))
                .doesNotContain(HexFormat.of().formatHex(key));
    }

    @Test
    void makingOneAsksNobody() throws Exception {
        KeyWrapper wrapper = mainKey();

        assertThat(EncryptionKey.wrappedBy(wrapper).wrapper()).containsSame(wrapper);
        assertThat(wrapper.key()).isNotBlank();
        assertThat(requests()).isZero();
    }

    @Test
    void eachCallIsOneRequest() throws Exception {
        WrappedKey wrapped = wrapped(mainKey());
        assertThat(requests()).isEqualTo(1);

        opens(mainKey(), wrapped, HERE);

        assertThat(requests()).isEqualTo(2);
    }

    @Test
    void anotherKeyDoesNotOpenIt() throws Exception {
        assertThat(opens(otherKey(), wrapped(mainKey()), HERE)).isFalse();
    }

    @Test
    void anotherSlotDoesNotOpenItWhereTheServiceBinds() throws Exception {
        WrappedKey wrapped = wrapped(mainKey());
        for (KeyBinding other : List.of(
                new KeyBinding("f0112233445566778899aabbccddeeff", 2, 7),
                new KeyBinding(HERE.repository(), 3, 7),
                new KeyBinding(HERE.repository(), 2, 8))) {
            assertThat(opens(mainKey(), wrapped, other)).isEqualTo(!bindsItself());
        }
    }

    @Test
    void damageIsNotOpenedAndIsNoFailureOfTheService() throws Exception {
        WrappedKey wrapped = wrapped(mainKey());
        byte[] bytes = wrapped.bytes();
        bytes[bytes.length / 2] ^= 1;

        assertThat(opens(mainKey(), WrappedKey.of(wrapped.wrappedBy(), bytes), HERE))
                .isFalse();
        assertThat(opens(mainKey(), WrappedKey.of(wrapped.wrappedBy(), new byte[] {1}), HERE))
                .isFalse();
    }

    @Test
    void aNameThatSomebodyForgedIsNotFollowed() throws Exception {
        WrappedKey wrapped = wrapped(mainKey());

        for (String forged : List.of("x", "https://attacker.example/keys/k/1", "../../other", "a\nb", "\u0000")) {
            KeyWrapper wrapper = mainKey();
            WrappedKey moved = WrappedKey.of(forged, wrapped.bytes());
            Optional<Secret> opened = wrapper.unwrap(moved, HERE);
            opened.ifPresent(secret -> assertThat(secret.use(byte[]::clone)).isEqualTo(key));
            opened.ifPresent(Secret::close);
        }
    }

    @Test
    void afterARotationTheOldVersionStillOpens() throws Exception {
        WrappedKey before = wrapped(mainKey());

        rotate();

        assertThat(opens(mainKey(), before, HERE)).isTrue();
        assertThat(opens(mainKey(), wrapped(mainKey()), HERE)).isTrue();
    }

    @Test
    void aDisabledVersionIsNamedAndTheNewestGoesOn() throws Exception {
        WrappedKey before = wrapped(mainKey());
        rotate();
        WrappedKey after = wrapped(mainKey());
        if (!disableOldVersions()) {
            assertThat(opens(mainKey(), before, HERE)).isTrue();
            return;
        }

        assertThat(after.wrappedBy()).isNotEqualTo(before.wrappedBy());
        assertThat(opens(mainKey(), after, HERE)).isTrue();
        KeyServiceException failure = failure(() -> mainKey().unwrap(before, HERE));
        assertThat(failure.reason()).isEqualTo(Reason.KEY_UNUSABLE);
        String version = before.wrappedBy().substring(before.wrappedBy().lastIndexOf('/') + 1);
        assertThat(failure).hasMessageContaining(version);
    }

    @Test
    void aMissingPermissionIsDenied() throws Exception {
        assertBoth(Trouble.DENIED, Reason.DENIED, 1);
    }

    @Test
    void nobodyAnsweringIsUnavailable() throws Exception {
        assertBoth(Trouble.UNREACHABLE, Reason.UNAVAILABLE, 0);
    }

    @Test
    void anOverloadedServiceIsUnavailableAndAskedOnce() throws Exception {
        assertBoth(Trouble.OVERLOADED, Reason.UNAVAILABLE, 1);
    }

    @Test
    void aDisabledKeyIsUnusable() throws Exception {
        assertBoth(Trouble.DISABLED, Reason.KEY_UNUSABLE, 1);
    }

    @Test
    void aDeletedKeyIsUnusable() throws Exception {
        assertBoth(Trouble.DELETED, Reason.KEY_UNUSABLE, 1);
    }

    private void assertBoth(Trouble trouble, Reason reason, int eachAsked) throws Exception {
        WrappedKey wrapped = wrapped(mainKey());
        befall(trouble);
        int before = requests();

        for (Call call : List.<Call>of(() -> wrapped(mainKey()), () -> mainKey().unwrap(wrapped, HERE))) {
            KeyServiceException failure = failure(call);
            assertThat(failure.reason()).as(failure.toString()).isEqualTo(reason);
        }
        assertThat(requests() - before).isEqualTo(2 * eachAsked);
    }

    /** Something that fails. */
    private interface Call {
        void run() throws Exception;
    }

    private KeyServiceException failure(Call call) {
        KeyServiceException failure = catchThrowableOfType(KeyServiceException.class, call::run);
        assertThat(failure).as("failure of the service").isNotNull();
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertTellsNothing(trace.toString());
        return failure;
    }

    private void assertTellsNothing(String text) {
        assertThat(text).doesNotContain(HexFormat.of().formatHex(key));
        secrets().forEach(secret -> assertThat(text).doesNotContain(secret));
    }

    @Test
    void printsWithoutSecrets() throws Exception {
        KeyWrapper wrapper = mainKey();

        assertTellsNothing(wrapper + wrapper.key() + wrapped(wrapper));
    }

    @Test
    void manyThreadsUseOne() throws Exception {
        KeyWrapper wrapper = mainKey();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> opened = new ArrayList<>();
            for (int number = 0; number < 16; number++) {
                opened.add(threads.submit(() -> opens(wrapper, wrapped(wrapper), HERE)));
            }
            for (Future<Boolean> one : opened) {
                assertThat(one.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
