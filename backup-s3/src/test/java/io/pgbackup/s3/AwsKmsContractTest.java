package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.testkit.KeyWrapperContract;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract of key wrappers, against a server that verifies signatures and really encrypts. */
class AwsKmsContractTest extends KeyWrapperContract {
    private static final String MAIN = "11111111-2222-3333-4444-555555555555";
    private static final String OTHER = "99999999-2222-3333-4444-555555555555";

    private final String secret = UUID.randomUUID().toString();
    private KmsServer server;

    @BeforeEach
    void start() throws Exception {
        server = new KmsServer();
        server.user("AKIDMAIN", secret);
        server.rotate(MAIN);
        server.rotate(OTHER);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private KeyWrapper wrapper(String id) {
        S3 settings = S3.accessKey("AKIDMAIN", SecretSource.value(secret.toCharArray()))
                .region(KmsServer.REGION)
                .allowPlainHttp();
        return AwsKms.key(id, settings).endpoint(server.uri());
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
            case DENIED -> server.refuse(MAIN, "AccessDeniedException");
            case UNREACHABLE -> server.close();
            case OVERLOADED -> server.refuse(MAIN, "ThrottlingException");
            case DISABLED -> server.refuse(MAIN, "DisabledException");
            case DELETED -> server.refuse(MAIN, "KMSInvalidStateException");
        }
    }

    @Override
    protected void rotate() {
        server.rotate(MAIN);
    }

    /** KMS has no versions that can be disabled: old material stays with its key. */
    @Override
    protected boolean disableOldVersions() {
        return false;
    }

    @Override
    protected int requests() {
        return server.requests();
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(secret);
    }
}
