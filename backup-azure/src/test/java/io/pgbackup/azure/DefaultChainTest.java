package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.policy.FixedDelay;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.identity.CredentialUnavailableException;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

class DefaultChainTest {
    private static final TokenRequestContext REQUEST = new TokenRequestContext().addScopes(IdentityTokens.STORAGE);
    private final Logger logger = (Logger) LoggerFactory.getLogger(DefaultChain.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<String> tried = new ArrayList<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private Supplier<TokenCredential> step(String name, Supplier<AccessToken> outcome) {
        return () -> request -> Mono.fromCallable(() -> {
            tried.add(name);
            return outcome.get();
        });
    }

    private static AccessToken token() {
        return new AccessToken("token", OffsetDateTime.now(ZoneOffset.UTC).plusHours(1));
    }

    private static AccessToken unavailable() {
        throw new CredentialUnavailableException("nothing is configured\nand more words");
    }

    @Test
    void theFirstStepThatIsThereIsLoggedAndKept() {
        Map<String, Supplier<TokenCredential>> steps = new LinkedHashMap<>();
        steps.put("first", step("first", DefaultChainTest::unavailable));
        steps.put("second", step("second", DefaultChainTest::token));
        steps.put("third", step("third", DefaultChainTest::token));
        DefaultChain chain = new DefaultChain(steps);

        chain.getTokenSync(REQUEST);
        chain.getTokenSync(REQUEST);

        assertThat(tried).containsExactly("first", "second", "second");
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("second")
                .contains("In production name the identity");
    }

    @Test
    void aStepThatIsThereButRefusedEndsTheSearch() {
        Map<String, Supplier<TokenCredential>> steps = new LinkedHashMap<>();
        steps.put("first", step("first", () -> {
            throw new ClientAuthenticationException("wrong secret", null);
        }));
        steps.put("second", step("second", DefaultChainTest::token));

        assertThatThrownBy(() -> new DefaultChain(steps).getTokenSync(REQUEST))
                .isInstanceOf(ClientAuthenticationException.class)
                .hasMessageContaining("wrong secret");
        assertThat(tried).containsExactly("first");
    }

    @Test
    void whenNothingIsThereEveryStepGivesItsReason() {
        Map<String, Supplier<TokenCredential>> steps = new LinkedHashMap<>();
        steps.put("first", step("first", DefaultChainTest::unavailable));
        steps.put("second", step("second", DefaultChainTest::unavailable));

        assertThatThrownBy(() -> new DefaultChain(steps).getTokenSync(REQUEST))
                .isInstanceOf(CredentialUnavailableException.class)
                .hasMessageContaining("first: nothing is configured; second: nothing is configured");
    }

    @Test
    void onAMachineWithAManagedIdentityItIsFound(@TempDir Path directory) throws Exception {
        LoopbackCertificate certificate = LoopbackCertificate.in(directory);
        try (TokenService tokens = TokenService.start(certificate, Duration.ofMinutes(4), InstantSource.system())) {
            DefaultChain chain = DefaultChain.of(
                    Detour.of("http://169.254.169.254", tokens.url())
                            .apply(new Transport(Optional.of(certificate.certificate()))),
                    Optional.empty(),
                    new RetryPolicy(new FixedDelay(0, Duration.ofMillis(1))));

            assertThat(chain.getTokenSync(REQUEST).getToken())
                    .isEqualTo(tokens.given().get(0));
        }
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("managed identity");
    }
}
