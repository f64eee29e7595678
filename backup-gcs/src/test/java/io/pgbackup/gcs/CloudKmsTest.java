package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is Cloud KMS's own: names, versions, checksums, associated data, and what each answer means. */
class CloudKmsTest {
    private static final String KEY = CloudKmsServer.RING + "main";
    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    private final String token = Tokens.random();
    private CloudKmsServer server;

    @BeforeEach
    void start() throws Exception {
        server = new CloudKmsServer(token);
        server.rotate(KEY);
    }

    @AfterEach
    void end() {
        server.close();
    }

    private CloudKms key(String name) {
        return CloudKms.key(name, Gcs.accessToken(Tokens.source(token))).plainHttpEndpoint(server.uri());
    }

    private static WrappedKey wrapped(KeyWrapper wrapper) throws KeyServiceException {
        try (Secret plain = Secret.of(new byte[32])) {
            return wrapper.wrap(plain, SLOT);
        }
    }

    private static KeyServiceException failure(KeyWrapper wrapper) {
        return catchThrowableOfType(KeyServiceException.class, () -> wrapped(wrapper));
    }

    @Test
    void theSlotKeepsTheVersionAndIsTheAssociatedData() throws Exception {
        WrappedKey wrapped = wrapped(key(KEY));
        assertThat(wrapped.wrappedBy()).isEqualTo(KEY + "/cryptoKeyVersions/1");
        server.rotate(KEY);

        assertThat(wrapped(key(KEY)).wrappedBy()).isEqualTo(KEY + "/cryptoKeyVersions/2");
        assertThat(key(KEY).unwrap(wrapped, SLOT)).isPresent();
        assertThat(server.associated()).containsOnly("pgbackup key slot 00112233445566778899aabbccddeeff 1 0");
    }

    @Test
    void keysOfOtherNamesAreNotEvenAskedFor() throws Exception {
        WrappedKey wrapped = wrapped(key(KEY));
        int before = server.requests();

        assertThat(key(KEY + "2").unwrap(wrapped, SLOT)).isEmpty();

        assertThat(server.requests()).isEqualTo(before);
    }

    @Test
    void whatWasDamagedOnTheWayIsAskedForAgainAndNoWrongKey() throws Exception {
        WrappedKey wrapped = wrapped(key(KEY));
        server.damage();

        KeyServiceException wrapping = failure(key(KEY));
        KeyServiceException unwrapping =
                catchThrowableOfType(KeyServiceException.class, () -> key(KEY).unwrap(wrapped, SLOT));

        assertThat(List.of(wrapping, unwrapping)).allSatisfy(failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(failure).hasMessageContaining("checksum");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "403,PERMISSION_DENIED,DENIED",
        "401,UNAUTHENTICATED,DENIED",
        "404,NOT_FOUND,KEY_UNUSABLE",
        "400,FAILED_PRECONDITION,KEY_UNUSABLE",
        "500,INTERNAL,UNAVAILABLE",
        "503,UNAVAILABLE,UNAVAILABLE",
        "504,DEADLINE_EXCEEDED,UNAVAILABLE",
        "429,RESOURCE_EXHAUSTED,UNAVAILABLE",
        "404,'',UNAVAILABLE",
        "502,'',UNAVAILABLE",
        "400,INVALID_ARGUMENT,FAULT"
    })
    void whatEachAnswerMeans(int code, String status, Reason reason) {
        server.refuse(KEY, code, status);

        KeyServiceException failure = failure(key(KEY));

        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure).hasMessageContaining(KEY).hasMessageContaining(Integer.toString(code));
    }

    @Test
    void aMalformedRequestIsNotTakenForAnothersKey() throws Exception {
        WrappedKey wrapped = wrapped(key(KEY));
        server.refuse(KEY, 400, "INVALID_ARGUMENT");

        assertThatThrownBy(() -> key(KEY).unwrap(wrapped, SLOT)).isInstanceOf(KeyServiceException.class);
    }

    @Test
    void aTokenThatTheServiceDoesNotKnowIsDenied() {
        CloudKms stranger =
                CloudKms.key(KEY, Gcs.accessToken(Tokens.source("another"))).plainHttpEndpoint(server.uri());

        assertThat(failure(stranger).reason()).isEqualTo(Reason.DENIED);
    }

    @Test
    void aMetadataServerThatIsDownIsUnavailable() {
        CloudKms nobody = CloudKms.key(KEY, Gcs.metadataServer().metadataHost("localhost:1"))
                .plainHttpEndpoint(server.uri());

        assertThat(failure(nobody).reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(server.requests()).isZero();
    }

    @Test
    void whatCannotBeAKeyIsRefusedAtOnce() {
        for (String name : List.of("", "main", KEY + "/cryptoKeyVersions/1", KEY + "?x", KEY + "/../other")) {
            assertThatThrownBy(() -> key(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> CloudKms.key(KEY, Gcs.anonymous())).hasMessageContaining("anonymous");
        assertThatThrownBy(() -> key(KEY).endpoint(URI.create("http://localhost")))
                .hasMessageContaining("https");
        assertThat(key(KEY).toString()).doesNotContain(token);
    }
}
