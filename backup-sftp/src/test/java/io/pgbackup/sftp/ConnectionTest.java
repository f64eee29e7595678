package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.sftp.testkit.Commands;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Connections that are lost, refused or silent. */
class ConnectionTest {
    private static SshServer server;

    @BeforeAll
    static void start() throws IOException {
        server = SshServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void anIdleConnectionThatTheServerDroppedIsMadeAgain() throws Exception {
        try (Storage storage = Objects.open(server.location("idle"), server.settings())) {
            Objects.put(storage, "idle/object", "kept");

            server.dropConnections();

            // The engine repeats what meets the very moment of the loss; nobody has to wait for anything else.
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(StorageUnavailableException.class)
                    .until(() -> Objects.get(storage, "idle/object").equals("kept"));
        }
    }

    @Test
    void aServerThatWasRestartedIsFoundAgain() throws Exception {
        try (Storage storage = Objects.open(server.location("restarted"), server.settings())) {
            Objects.put(storage, "restarted/object", "kept");

            server.restart();

            Awaitility.await()
                    .ignoreExceptionsInstanceOf(StorageUnavailableException.class)
                    .until(() -> Objects.get(storage, "restarted/object").equals("kept"));
        }
    }

    @Test
    void aReadThatIsCutOffFailsAndNeverEndsEarly() throws Exception {
        byte[] bytes = new byte[20 * 1024 * 1024];
        try (Storage storage = Objects.open(server.location("cut"), server.settings())) {
            Objects.put(storage, "cut/object", bytes);
            try (InputStream stream = storage.read(ObjectKey.of("cut/object"), ByteRange.all())) {
                stream.readNBytes(1_000_000);

                server.dropConnections();

                assertThatThrownBy(stream::readAllBytes)
                        .isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(StorageUnavailableException.class);
            }
        }
    }

    @Test
    void aServerThatFallsSilentIsGivenUpAfterTheTimeout() throws Exception {
        Sftp settings = server.settings().responseTimeout(Duration.ofSeconds(2));
        try (Storage storage = Objects.open(server.location("silent"), settings)) {
            Objects.put(storage, "silent/object", "kept");
            var frozen = server.serving().toList();
            frozen.forEach(process -> signal(process, "STOP"));
            long begin = System.nanoTime();
            try {
                assertThatThrownBy(() -> Objects.put(storage, "silent/large", new byte[30 * 1024 * 1024]))
                        .isInstanceOf(StorageUnavailableException.class)
                        .hasMessageContaining("no answer within");
            } finally {
                frozen.forEach(process -> signal(process, "CONT"));
            }

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
            assertThat(Objects.get(storage, "silent/object")).isEqualTo("kept");
        }
    }

    @Test
    void aConnectionThatDiedSilentlyIsFoundOutBySignsOfLife() throws Exception {
        // Nobody would give up a call for an hour: only the signs of life can.
        Sftp settings = server.settings().keepAlive(Duration.ofMillis(300)).responseTimeout(Duration.ofHours(1));
        try (Storage storage = Objects.open(server.location("dead"), settings)) {
            Objects.put(storage, "dead/object", "kept");
            var frozen = server.serving().toList();
            frozen.forEach(process -> signal(process, "STOP"));
            try {
                Awaitility.await()
                        .ignoreExceptionsInstanceOf(StorageUnavailableException.class)
                        .until(() -> Objects.get(storage, "dead/object").equals("kept"));
            } finally {
                frozen.forEach(process -> signal(process, "CONT"));
            }
        }
    }

    private static void signal(ProcessHandle process, String signal) {
        try {
            Commands.run("kill", "-" + signal, Long.toString(process.pid()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aServerThatSaysNothingAtAllIsGivenUp() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Sftp settings = server.settings().connectTimeout(Duration.ofSeconds(1));
            String location = "sftp://someone@127.0.0.1:" + mute.getLocalPort() + "/x";
            try (Storage storage = Objects.open(location, settings)) {
                assertThatThrownBy(() -> storage.stat(ObjectKey.of("key")))
                        .isInstanceOf(StorageUnavailableException.class)
                        .hasMessageContaining(location);
            }
        }
    }

    @Test
    void aPortWhereNothingListensIsUnavailableWithItsNumber() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (Storage storage = Objects.open("sftp://someone@127.0.0.1:" + port + "/x", server.settings())) {
            assertThatThrownBy(() -> storage.stat(ObjectKey.of("key")))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("nothing answers at 127.0.0.1 port " + port);
        }
    }

    @Test
    void aNameWithoutAddressIsUnavailableWithThatReason() throws Exception {
        try (Storage storage = Objects.open("sftp://someone@no-such-host.invalid/x", server.settings())) {
            assertThatThrownBy(() -> storage.stat(ObjectKey.of("key")))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("cannot be resolved");
        }
    }
}
