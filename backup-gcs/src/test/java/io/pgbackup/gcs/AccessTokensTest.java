package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.gcs.ServerTest.SettableClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Renewal under a clock that the test moves. */
class AccessTokensTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final SettableClock clock = new SettableClock();
    private final AtomicInteger fetched = new AtomicInteger();
    private volatile boolean broken;

    private AccessTokens.Token fetch(Duration life) throws IOException {
        int number = fetched.incrementAndGet();
        if (broken) {
            throw new IOException("the token service is away");
        }
        return new AccessTokens.Token("token-" + number, Optional.of(life));
    }

    private AccessTokens tokens(Duration life) {
        return new AccessTokens(() -> fetch(life), clock);
    }

    @Test
    void nothingIsFetchedBeforeItIsNeeded() {
        tokens(HOUR);

        assertThat(fetched).hasValue(0);
    }

    @Test
    void aYoungTokenIsUsedAgain() throws Exception {
        AccessTokens tokens = tokens(HOUR);
        tokens.current();
        clock.pass(Duration.ofMinutes(54));

        assertThat(tokens.current()).isEqualTo("token-1");
    }

    @Test
    void aTokenIsRenewedFiveMinutesBeforeItsEnd() throws Exception {
        AccessTokens tokens = tokens(HOUR);
        tokens.current();
        clock.pass(Duration.ofMinutes(55));

        assertThat(tokens.current()).isEqualTo("token-2");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 20, 60, 600, 3600, 43_200})
    void overSixLivesNoRequestIsWithoutALivingToken(int seconds) throws Exception {
        AccessTokens tokens = tokens(Duration.ofSeconds(seconds));
        Duration step = Duration.ofMillis(seconds * 1000L / 40);
        String last = "";
        Duration age = Duration.ZERO;
        for (int moment = 0; moment < 240; moment++) {
            String token = tokens.current();
            age = token.equals(last) ? age.plus(step) : Duration.ZERO;
            last = token;
            assertThat(age).isLessThan(Duration.ofSeconds(seconds));
            clock.pass(step);
        }
        assertThat(fetched.get()).isBetween(6, 9);
    }

    @Test
    void aFailedRenewalIsNotFatalWhileTheOldTokenLives() throws Exception {
        AccessTokens tokens = tokens(HOUR);
        tokens.current();
        broken = true;
        clock.pass(Duration.ofMinutes(56));

        assertThat(tokens.current()).isEqualTo("token-1");
        assertThat(tokens.current()).isEqualTo("token-1");
        // The second one waits a little before it asks again.
        assertThat(fetched).hasValue(2);
        broken = false;
        clock.pass(Duration.ofSeconds(31));
        assertThat(tokens.current()).isEqualTo("token-3");
    }

    @Test
    void aFailedRenewalIsFatalWhenTheOldTokenIsDead() throws Exception {
        AccessTokens tokens = tokens(HOUR);
        tokens.current();
        broken = true;
        clock.pass(HOUR);

        assertThatThrownBy(tokens::current).isInstanceOf(IOException.class).hasMessageContaining("away");
        broken = false;
        assertThat(tokens.current()).isEqualTo("token-3");
    }

    @Test
    void aTokenWithoutKnownLifeIsAskedForEachTime() throws Exception {
        AccessTokens tokens = new AccessTokens(
                () -> new AccessTokens.Token("token-" + fetched.incrementAndGet(), Optional.empty()), clock);

        assertThat(List.of(tokens.current(), tokens.current())).containsExactly("token-1", "token-2");
    }

    @Test
    void theLifeCountsFromBeforeTheRequest() throws Exception {
        AccessTokens tokens = new AccessTokens(
                () -> {
                    clock.pass(Duration.ofSeconds(50));
                    return new AccessTokens.Token(
                            "token-" + fetched.incrementAndGet(), Optional.of(Duration.ofMinutes(1)));
                },
                clock);
        tokens.current();
        clock.pass(Duration.ofSeconds(10));

        assertThat(tokens.current()).isEqualTo("token-2");
    }

    @Test
    void manyThreadsShareOneFetch() throws Exception {
        AccessTokens tokens = tokens(HOUR);

        assertThat(together(32, tokens)).containsOnly("token-1");
        assertThat(fetched).hasValue(1);
    }

    @Test
    void whileOneRenewsTheOthersGoOnWithTheOldOne() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        AccessTokens tokens = new AccessTokens(
                () -> {
                    if (fetched.incrementAndGet() == 2) {
                        begun.countDown();
                        await(answer);
                    }
                    return new AccessTokens.Token("token-" + fetched.get(), Optional.of(HOUR));
                },
                clock);
        tokens.current();
        clock.pass(Duration.ofMinutes(57));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<String> renewing = thread.submit(tokens::current);
            await(begun);

            assertThat(together(16, tokens)).containsOnly("token-1");
            answer.countDown();
            assertThat(renewing.get(1, TimeUnit.MINUTES)).isEqualTo("token-2");
            assertThat(tokens.current()).isEqualTo("token-2");
        } finally {
            answer.countDown();
            thread.shutdownNow();
        }
    }

    @Test
    void anInterruptEndsWaitingForAToken() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        AccessTokens tokens = new AccessTokens(
                () -> {
                    begun.countDown();
                    await(answer);
                    return fetch(HOUR);
                },
                clock);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<String> first = thread.submit(tokens::current);
            await(begun);
            Thread.currentThread().interrupt();
            assertThatThrownBy(tokens::current).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            answer.countDown();
            assertThat(first.get(1, TimeUnit.MINUTES)).isEqualTo("token-1");
        } finally {
            answer.countDown();
            thread.shutdownNow();
        }
    }

    @Test
    void aTokenThatWasTakenAndIsRefusedIsForgotten() throws Exception {
        AccessTokens tokens = tokens(HOUR);
        String token = tokens.current();
        tokens.accepted(token);

        assertThat(tokens.refused(token)).isTrue();
        assertThat(tokens.current()).isEqualTo("token-2");
        // A late answer to a request with the old token does not cost the new one.
        assertThat(tokens.refused(token)).isTrue();
        assertThat(tokens.current()).isEqualTo("token-2");
    }

    @Test
    void aTokenThatWasNeverTakenIsSimplyWrong() throws Exception {
        AccessTokens tokens = tokens(HOUR);

        assertThat(tokens.refused(tokens.current())).isFalse();
    }

    @Test
    void aTokenIsNotPrinted() {
        assertThat(new AccessTokens.Token("secret-value", Optional.of(HOUR)).toString())
                .doesNotContain("secret-value");
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new AssertionError("waited too long");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> together(int count, AccessTokens tokens) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<String>> futures = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                futures.add(threads.submit(tokens::current));
            }
            List<String> values = new ArrayList<>();
            for (Future<String> future : futures) {
                values.add(future.get(1, TimeUnit.MINUTES));
            }
            return values;
        } finally {
            threads.shutdownNow();
        }
    }
}
