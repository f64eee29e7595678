package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.Storage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What is left when a storage is closed. Alone, because it looks at all threads. */
@Isolated
class ClosingTest {
    @Test
    void closingEndsThreadsAndConnections() throws Exception {
        try (SshServer server = SshServer.start()) {
            Storage storage = Objects.open(server.location("closed"), server.settings());
            Objects.put(storage, "closed/object", "x");

            storage.close();

            Awaitility.await()
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                            .extracting(Thread::getName)
                            .noneMatch(name -> name.startsWith("pgbackup-sftp") || name.startsWith("Connect thread")));
        }
    }
}
