package io.pgbackup.gcs;

import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.testkit.KeyWrapperContract;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract of key wrappers, against a server that checks tokens and checksums and really encrypts. */
class CloudKmsContractTest extends KeyWrapperContract {
    private static final String MAIN = CloudKmsServer.RING + "main";
    private static final String OTHER = CloudKmsServer.RING + "other";

    private final String token = Tokens.random();
    private CloudKmsServer server;
    private int versions = 1;

    @BeforeEach
    void start() throws Exception {
        server = new CloudKmsServer(token);
        server.rotate(MAIN);
        server.rotate(OTHER);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private KeyWrapper wrapper(String key) {
        return CloudKms.key(key, Gcs.accessToken(Tokens.source(token))).plainHttpEndpoint(server.uri());
    }

    @Override
    protected KeyWrapper mainKey() {
        return wrapper(MAIN);
    }

    @Override
    protected KeyWrapper otherKey() {
        return wrapper(OTHER);
    }

    @Override
    protected void befall(Trouble trouble) {
        switch (trouble) {
            case DENIED -> server.refuse(MAIN, 403, "PERMISSION_DENIED");
            case UNREACHABLE -> server.close();
            case OVERLOADED -> server.refuse(MAIN, 429, "RESOURCE_EXHAUSTED");
            case DISABLED -> server.disable(MAIN, versions);
            case DELETED -> server.refuse(MAIN, 404, "NOT_FOUND");
        }
    }

    @Override
    protected void rotate() {
        server.rotate(MAIN);
        versions++;
    }

    @Override
    protected boolean disableOldVersions() {
        for (int version = 1; version < versions; version++) {
            server.disable(MAIN, version);
        }
        return true;
    }

    @Override
    protected int requests() {
        return server.requests();
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(token);
    }
}
