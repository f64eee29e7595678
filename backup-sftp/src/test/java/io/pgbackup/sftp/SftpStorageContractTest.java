package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.testkit.StorageContract;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The whole contract on an OpenSSH server, in a cage with one writable directory, by an account without a shell. The server refuses both
 * kinds of rename: objects get their names by hard links alone.
 */
@Execution(ExecutionMode.CONCURRENT)
class SftpStorageContractTest extends StorageContract {
    private static SshServer server;
    private static Sftp settings;

    @BeforeAll
    static void start() throws IOException {
        server = new SshServer.Setup().fileService("-P rename,posix-rename").start();
        settings = server.settings();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            try (SshServer stopped = server) {
                // Nobody waits for the removal of pending files.
                Awaitility.await()
                        .atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(stopped.uploads().resolve("repository/.pending"))
                                .isEmptyDirectory());
            }
        }
    }

    @Override
    protected Storage open() throws StorageException {
        return new SftpStorageProvider()
                .open(StorageLocation.parse(server.location("repository")), settings, StorageContext.system());
    }

    @Override
    protected boolean allowsObjectsBelowObjects() {
        return false;
    }

    /** A page of OpenSSH's listings has a hundred names. */
    @Override
    protected int listingSize() {
        return 1_200;
    }
}
