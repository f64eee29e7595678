package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The vault's protocol: a challenge that names the authority, then the newest version of a secret. */
class AzureKeyVaultTest {
    @TempDir
    private static Path directory;

    private static LoopbackCertificate certificate;
    private StubStore server;
    private TokenService tokens;
    private volatile String newest = "first";
    private volatile int refusal;

    @BeforeAll
    static void certify() throws Exception {
        certificate = LoopbackCertificate.in(directory);
    }

    @BeforeEach
    void start() throws Exception {
        server = StubStore.https(certificate);
        server.behave(this::answer);
        tokens = TokenService.start(certificate, Duration.ofHours(1), InstantSource.system());
    }

    @AfterEach
    void stop() {
        server.close();
        tokens.close();
    }

    private AzureKeyVault vault() {
        AzureIdentity identity = AzureIdentity.clientSecret(TokenService.TENANT, "client", secret("secret"))
                .authority(tokens.url());
        return AzureKeyVault.at(server.url(), identity)
                .trustedCertificates(certificate.certificate())
                .anywhere();
    }

    private boolean answer(HttpExchange exchange) throws IOException {
        if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer authorization=\"" + tokens.url() + "/" + TokenService.TENANT
                                    + "\", resource=\"https://vault.azure.net\"");
            json(exchange, 401, "{}");
        } else if (refusal != 0) {
            json(exchange, refusal, "{\"error\":{\"code\":\"Refused\",\"message\":\"no permission get\"}}");
        } else if (exchange.getRequestURI().getPath().matches("/secrets/passphrase/?")) {
            json(
                    exchange,
                    200,
                    "{\"value\":\"" + newest + "\",\"id\":\"" + server.url()
                            + "/secrets/passphrase/0123456789abcdef\",\"attributes\":{\"enabled\":true,\"exp\":1900000000}}");
        } else {
            json(exchange, 404, "{\"error\":{\"code\":\"SecretNotFound\",\"message\":\"not there\"}}");
        }
        return true;
    }

    private static void json(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String text(SecretSource source) {
        try (Secret secret = source.obtain()) {
            return secret.use(bytes -> new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Test
    void givesTheNewestVersionAtEachUse() {
        SecretSource source = vault().secret("passphrase");
        assertThat(text(source)).isEqualTo("first");

        newest = "second";

        assertThat(text(source)).isEqualTo("second");
    }

    @Test
    void asksForNothingButTheSecret() {
        text(vault().secret("passphrase"));

        assertThat(server.requests())
                .extracting(
                        StubStore.Request::method, request -> request.target().replaceAll("[?].*", ""))
                .containsOnly(org.assertj.core.groups.Tuple.tuple("GET", "/secrets/passphrase/"));
        assertThat(tokens.asked())
                .extracting(TokenService.Asked::form)
                .allMatch(form -> form.contains("vault.azure.net"));
    }

    @Test
    void knowsWhenTheSecretExpires() {
        try (Secret secret = vault().secret("passphrase").obtain()) {
            assertThat(secret.expiry()).contains(Instant.ofEpochSecond(1_900_000_000));
        }
    }

    @Test
    void aMissingSecretNamesSecretAndVault() {
        SecretSource source = vault().secret("AZURE-CONNECTION-STRING");

        assertThatThrownBy(source::obtain)
                .hasMessageContaining("AZURE-CONNECTION-STRING")
                .hasMessageContaining(server.url());
    }

    @Test
    void aMissingPermissionNamesSecretAndVault() {
        refusal = 403;

        assertThatThrownBy(vault().secret("passphrase")::obtain)
                .hasMessageContaining("passphrase")
                .hasMessageContaining("no permission get");
    }

    @Test
    void aVaultThatIsNotOfAzureGetsNoTokenUnlessATestSaysSo() {
        AzureIdentity identity = AzureIdentity.clientSecret(TokenService.TENANT, "client", secret("secret"))
                .authority(tokens.url());
        SecretSource source = AzureKeyVault.at(server.url(), identity)
                .trustedCertificates(certificate.certificate())
                .secret("passphrase");

        assertThatThrownBy(source::obtain).hasMessageContaining("passphrase");
        assertThat(tokens.given()).isEmpty();
    }

    @Test
    void namesThatNoSecretCanHaveAreRefusedAtOnce() {
        for (String name : List.of("", "a/b", "a_b", "a?b")) {
            assertThatThrownBy(() -> vault().secret(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void onlyHttpsIsAVault() {
        assertThatThrownBy(() -> AzureKeyVault.at("http://name.vault.azure.net", AzureIdentity.managed()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
