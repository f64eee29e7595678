package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import io.pgbackup.keys.testkit.MemoryKeyService;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryingKeyWrapperTest {
    private static final KeyBinding SLOT = new KeyBinding("00".repeat(16), 1, 0);

    private final FakeTime time = new FakeTime();
    private final MemoryKeyService service = new MemoryKeyService().rotate("main");
    private final KeyWrapper wrapper = new RetryingKeyWrapper(
            service.key("main"),
            new RetryPolicy(4, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(10), 0.5),
            time.timing());

    private WrappedKey wrap() throws KeyServiceException {
        try (Secret secret = Secret.of(new byte[32])) {
            return wrapper.wrap(secret, SLOT);
        }
    }

    @Test
    void anOutageIsWaitedFor() throws Exception {
        service.breakDown(3);
        WrappedKey wrapped = wrap();
        service.breakDown(2);

        assertThat(wrapper.unwrap(wrapped, SLOT)).isPresent();

        assertThat(service.wraps()).isEqualTo(4);
        assertThat(service.unwraps()).isEqualTo(3);
        assertThat(time.waits()).hasSize(5);
    }

    @Test
    void aLongOneEndsAsOneFailureThatTellsOfAllAttempts() {
        service.breakDown(100);

        KeyServiceException failure = catchThrowableOfType(KeyServiceException.class, this::wrap);

        assertThat(failure.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("gave up after 4 attempts").hasMessageContaining("nobody answers");
        assertThat(service.wraps()).isEqualTo(4);
    }

    @Test
    void anAnswerIsNotAskedForTwice() {
        service.refuse("main", Reason.DENIED);

        KeyServiceException failure = catchThrowableOfType(KeyServiceException.class, this::wrap);

        assertThat(failure.reason()).isEqualTo(Reason.DENIED);
        assertThat(service.wraps()).isEqualTo(1);
        assertThat(time.waits()).isEmpty();
    }

    @Test
    void itIsTheServiceItStandsFor() {
        assertThat(wrapper.service()).isEqualTo("memory");
        assertThat(wrapper.key()).isEqualTo("main");
        assertThat(wrapper).hasToString("MemoryKey[main]");
    }
}
