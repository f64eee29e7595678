package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.secret;

import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.testkit.KeyWrapperContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of key wrappers, against a vault over HTTPS that challenges and really wraps. */
abstract class VaultKeyContract extends KeyWrapperContract {
    @TempDir
    private static Path directory;

    private static LoopbackCertificate certificate;

    private final String secret = UUID.randomUUID().toString();
    private VaultServer server;
    private TokenService tokens;

    @BeforeAll
    static void certify() throws Exception {
        certificate = LoopbackCertificate.in(directory);
    }

    @BeforeEach
    void start() throws Exception {
        tokens = TokenService.start(certificate, Duration.ofHours(1), InstantSource.system());
        server = new VaultServer(certificate, tokens);
        newVersion(server, "main");
        newVersion(server, "other");
    }

    @AfterEach
    void end() {
        server.close();
        tokens.close();
    }

    abstract void newVersion(VaultServer vault, String name) throws Exception;

    abstract KeyWrapper key(AzureKeyVault vault, String name);

    private KeyWrapper wrapper(String name) {
        AzureIdentity identity = AzureIdentity.clientSecret(TokenService.TENANT, "client", secret(secret))
                .authority(tokens.url());
        return key(
                AzureKeyVault.at(server.url(), identity)
                        .trustedCertificates(certificate.certificate())
                        .anywhere(),
                name);
    }

    @Override
    protected KeyWrapper mainKey() {
        return wrapper("main");
    }

    @Override
    protected KeyWrapper otherKey() {
        return wrapper("other");
    }

    @Override
    protected void befall(Trouble trouble) {
        switch (trouble) {
            case DENIED -> server.refuse("main", 403, "Forbidden", "ForbiddenByRbac");
            case UNREACHABLE -> server.close();
            case OVERLOADED -> server.refuse("main", 429, "Throttled", "");
            case DISABLED -> server.refuse("main", 403, "Forbidden", "KeyDisabled");
            case DELETED -> server.refuse("main", 404, "KeyNotFound", "");
        }
    }

    @Override
    protected void rotate() throws Exception {
        newVersion(server, "main");
    }

    @Override
    protected boolean disableOldVersions() {
        server.disableOld("main");
        return true;
    }

    @Override
    protected int requests() {
        return server.paths().size();
    }

    @Override
    protected boolean bindsItself() {
        return false;
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(secret);
    }
}
