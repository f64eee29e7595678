package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sts.model.Credentials;

class RenewedCredentialsTest {
    private static final Duration LIFE = Duration.ofHours(1);

    private final AtomicInteger exchanges = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private volatile boolean down;
    private final RenewedCredentials renewed = new RenewedCredentials(this::exchange, () -> now);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private Credentials exchange() {
        int number = exchanges.incrementAndGet();
        if (down) {
            throw new IllegalStateException("down, as planned");
        }
        return Credentials.builder()
                .accessKeyId("key-" + number)
                .secretAccessKey("secret")
                .sessionToken("token")
                .expiration(now.plus(LIFE))
                .build();
    }

    private String key() {
        return renewed.resolveCredentials().accessKeyId();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void areKeptUntilFiveMinutesBeforeTheyExpire() {
        key();
        pass(Duration.ofMinutes(54));
        assertThat(key()).isEqualTo("key-1");

        pass(Duration.ofMinutes(1));

        assertThat(key()).isEqualTo("key-2");
    }

    @Test
    void aLifeOfSecondsIsRenewedAfterTwoThirds() {
        RenewedCredentials brief = new RenewedCredentials(
                () -> exchange().toBuilder().expiration(now.plusSeconds(20)).build(), () -> now);
        for (int second = 0; second < 120; second++) {
            brief.resolveCredentials();
            pass(Duration.ofSeconds(1));
        }

        assertThat(exchanges).hasValueBetween(8, 10);
    }

    @Test
    void aFailedRenewalIsTriedAgainWhileTheOldOnesLive() {
        key();
        pass(Duration.ofMinutes(56));
        down = true;

        assertThat(key()).isEqualTo("key-1");
        assertThat(key()).isEqualTo("key-1");
        assertThat(exchanges).hasValue(2);

        pass(Duration.ofSeconds(5));
        assertThat(key()).isEqualTo("key-1");
        assertThat(exchanges).hasValue(3);

        down = false;
        pass(Duration.ofSeconds(5));
        assertThat(key()).isEqualTo("key-4");
    }

    @Test
    void expiredOnesAreNeverUsed() {
        key();
        pass(LIFE);
        down = true;

        assertThatThrownBy(this::key).hasMessageContaining("as planned");

        down = false;
        assertThat(key()).isEqualTo("key-3");
    }

    @Test
    void oneThreadRenewsWhileTheOthersGoOn() throws Exception {
        CountDownLatch renewing = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        RenewedCredentials slow = new RenewedCredentials(
                () -> {
                    Credentials fresh = exchange();
                    if (exchanges.get() == 2) {
                        renewing.countDown();
                        await(mayEnd);
                    }
                    return fresh;
                },
                () -> now);
        slow.resolveCredentials();
        pass(Duration.ofMinutes(56));
        Future<String> renewer = threads.submit(() -> slow.resolveCredentials().accessKeyId());
        await(renewing);

        assertThat(slow.resolveCredentials().accessKeyId()).isEqualTo("key-1");
        mayEnd.countDown();

        assertThat(renewer.get()).isEqualTo("key-2");
        assertThat(slow.resolveCredentials().accessKeyId()).isEqualTo("key-2");
    }

    @Test
    void manyThreadsAtTheFirstUseExchangeOnce() throws Exception {
        List<Future<String>> keys = new ArrayList<>();
        for (int number = 0; number < 16; number++) {
            keys.add(threads.submit(this::key));
        }
        for (Future<String> one : keys) {
            assertThat(one.get()).isEqualTo("key-1");
        }
        assertThat(exchanges).hasValue(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
