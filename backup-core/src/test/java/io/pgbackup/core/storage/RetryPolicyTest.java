package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.StorageUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final StorageUnavailableException FAILURE = new StorageUnavailableException("down", null);
    private static final RetryPolicy POLICY =
            new RetryPolicy(5, Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofSeconds(6), 0.5);

    private static StorageUnavailableException asking(Duration wait) {
        return new StorageUnavailableException("slow down", null, wait);
    }

    @Test
    void delaysDoubleUpToTheMaximum() {
        assertThat(POLICY.delayAfter(1, Duration.ZERO, FAILURE, 0)).contains(Duration.ofSeconds(1));
        assertThat(POLICY.delayAfter(2, Duration.ZERO, FAILURE, 0)).contains(Duration.ofSeconds(2));
        assertThat(POLICY.delayAfter(3, Duration.ZERO, FAILURE, 0)).contains(Duration.ofSeconds(4));
        assertThat(POLICY.delayAfter(4, Duration.ZERO, FAILURE, 0)).contains(Duration.ofSeconds(6));
    }

    @Test
    void chanceShortensDelays() {
        assertThat(POLICY.delayAfter(1, Duration.ZERO, FAILURE, 0.5)).contains(Duration.ofMillis(750));
        assertThat(POLICY.delayAfter(1, Duration.ZERO, FAILURE, 1)).contains(Duration.ofMillis(500));
        assertThat(POLICY.withJitter(0).delayAfter(1, Duration.ZERO, FAILURE, 1))
                .contains(Duration.ofSeconds(1));
    }

    @Test
    void attemptsAreBounded() {
        assertThat(POLICY.delayAfter(5, Duration.ZERO, FAILURE, 0)).isEmpty();
        assertThat(RetryPolicy.none().delayAfter(1, Duration.ZERO, FAILURE, 0)).isEmpty();
    }

    @Test
    void noAttemptBeginsAfterTheBound() {
        assertThat(POLICY.delayAfter(1, Duration.ofSeconds(59), FAILURE, 0)).contains(Duration.ofSeconds(1));
        assertThat(POLICY.delayAfter(1, Duration.ofMillis(59_001), FAILURE, 0)).isEmpty();
    }

    @Test
    void theStoreMayAskForMorePatienceButNotForLess() {
        assertThat(POLICY.delayAfter(1, Duration.ZERO, asking(Duration.ofSeconds(20)), 1))
                .contains(Duration.ofSeconds(20));
        assertThat(POLICY.delayAfter(3, Duration.ZERO, asking(Duration.ofMillis(1)), 0))
                .contains(Duration.ofSeconds(4));
    }

    @Test
    void aStoreThatAsksForTooMuchEndsIt() {
        assertThat(POLICY.delayAfter(1, Duration.ZERO, asking(Duration.ofDays(1)), 0))
                .isEmpty();
        assertThat(POLICY.delayAfter(1, Duration.ZERO, asking(Duration.ofSeconds(Long.MAX_VALUE)), 0))
                .isEmpty();
    }

    @Test
    void manyFailuresDoNotOverflow() {
        RetryPolicy endless = POLICY.withAttempts(Integer.MAX_VALUE)
                .withDelays(Duration.ofDays(1), Duration.ofDays(1))
                .withElapsedBound(Duration.ofDays(10_000));

        assertThat(endless.delayAfter(1_000_000, Duration.ZERO, FAILURE, 0)).contains(Duration.ofDays(1));
    }

    @Test
    void noDelayAtAllIsAllowed() {
        RetryPolicy eager = POLICY.withDelays(Duration.ZERO, Duration.ZERO);

        assertThat(eager.delayAfter(4, Duration.ZERO, FAILURE, 0)).contains(Duration.ZERO);
    }

    @Test
    void namesTheNumberThatIsOutOfRange() {
        assertThatThrownBy(() -> POLICY.withAttempts(0)).hasMessageContaining("attempts");
        assertThatThrownBy(() -> POLICY.withElapsedBound(Duration.ofSeconds(-1)))
                .hasMessageContaining("elapsedBound");
        assertThatThrownBy(() -> POLICY.withDelays(Duration.ofSeconds(-1), Duration.ZERO))
                .hasMessageContaining("baseDelay");
        assertThatThrownBy(() -> POLICY.withDelays(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("maximumDelay");
        assertThatThrownBy(() -> POLICY.withJitter(1.1)).hasMessageContaining("jitter");
        assertThatThrownBy(() -> POLICY.withJitter(Double.NaN)).hasMessageContaining("jitter");
    }
}
