package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RenewingTest {
    private static final Duration LIFETIME = Duration.ofHours(6);
    private volatile Instant now = Instant.parse("2026-11-21T08:00:00Z");
    private int obtained;
    private boolean broken;
    private final List<String> news = new ArrayList<>();
    private final Renewing<String> renewing = new Renewing<>("test credential", this::obtain, clock(), new Hearer());

    private InstantSource clock() {
        return () -> now;
    }

    private final class Hearer implements CredentialListener {
        @Override
        public void obtained(String credential, Instant expiry) {
            news.add("obtained until " + expiry);
            throw new IllegalStateException("listeners may fail");
        }

        @Override
        public void failed(String credential, String reason) {
            news.add("failed: " + reason);
        }
    }

    private Renewing.Grant<String> obtain(Instant at) {
        if (broken) {
            throw new CredentialException("no answer");
        }
        obtained++;
        return new Renewing.Grant<>("value " + obtained, at.plus(LIFETIME.dividedBy(2)), at.plus(LIFETIME));
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void isObtainedOnceForManyUses() {
        assertThat(renewing.value()).isEqualTo("value 1");
        pass(LIFETIME.dividedBy(2).minusSeconds(1));
        assertThat(renewing.value()).isEqualTo("value 1");
        assertThat(obtained).isEqualTo(1);
    }

    @Test
    void isRenewedAtItsTime() {
        renewing.value();
        pass(LIFETIME.dividedBy(2));

        assertThat(renewing.value()).isEqualTo("value 2");
        assertThat(news).containsExactly("obtained until 2026-11-21T14:00:00Z", "obtained until 2026-11-21T17:00:00Z");
    }

    @Test
    void isRenewedWhenNobodyCameBeforeItsEnd() {
        renewing.value();
        pass(LIFETIME.multipliedBy(3));

        assertThat(renewing.value()).isEqualTo("value 2");
    }

    @Test
    void aFailedRenewalIsReportedAndNotFatalWhileTheOldOneLives() {
        renewing.value();
        broken = true;
        pass(LIFETIME.minusSeconds(1));

        assertThat(renewing.value()).isEqualTo("value 1");
        assertThat(news).contains("failed: no answer");
    }

    @Test
    void aFailedRenewalIsTriedAgainAfterAPauseAndNotByEveryRequest() {
        renewing.value();
        broken = true;
        pass(LIFETIME.dividedBy(2));
        renewing.value();
        renewing.value();
        assertThat(news).hasSize(2);

        broken = false;
        pass(Duration.ofSeconds(29));
        assertThat(renewing.value()).isEqualTo("value 1");
        pass(Duration.ofSeconds(1));
        assertThat(renewing.value()).isEqualTo("value 2");
    }

    @Test
    void isFatalWhenTheOldOneIsDead() {
        renewing.value();
        broken = true;
        pass(LIFETIME);

        assertThatThrownBy(renewing::value).isInstanceOf(CredentialException.class);
        broken = false;
        assertThat(renewing.value()).isEqualTo("value 2");
    }

    @Test
    void isFatalWhenThereNeverWasOne() {
        broken = true;

        assertThatThrownBy(renewing::value).isInstanceOf(CredentialException.class);
    }

    @Test
    void othersGoOnWithTheOldOneWhileOneRenews() throws Exception {
        CountDownLatch renewalBegan = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Renewing<String> slow = new Renewing<>(
                "slow credential",
                at -> {
                    Renewing.Grant<String> grant = obtain(at);
                    if (obtained == 2) {
                        renewalBegan.countDown();
                        await(mayEnd);
                    }
                    return grant;
                },
                clock(),
                CredentialListener.NONE);
        slow.value();
        pass(LIFETIME.dividedBy(2));
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Future<String> renewed = executor.submit(slow::value);
        renewalBegan.await();

        assertThat(slow.value()).isEqualTo("value 1");

        mayEnd.countDown();
        assertThat(renewed.get()).isEqualTo("value 2");
        assertThat(slow.value()).isEqualTo("value 2");
        executor.shutdown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
