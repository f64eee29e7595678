package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.sftp.testkit.Commands;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A server whose file system is really full: a small one in memory. */
class FullDiskTest {

    @Test
    void aFullDiskIsToldApartAndLeavesNothingAndTheRestGoesOn() throws Exception {
        assumeTrue(Commands.isRoot(), "only root can mount");
        try (SshServer server = SshServer.start()) {
            Path small = Files.createDirectory(server.uploads().resolve("small"));
            mount(small);
            try (Storage storage = Objects.open(server.location("small"), server.settings())) {
                Commands.run("chown", server.user(), small.toString());

                assertThatThrownBy(() -> Objects.put(storage, "large", new byte[20 * 1024 * 1024]))
                        .isInstanceOf(StorageFullException.class)
                        .hasMessageContaining("large")
                        .hasMessageContaining("no space");

                assertThat(storage.stat(ObjectKey.of("large"))).isEmpty();
                Objects.put(storage, "little", "fits again");
                assertThat(Objects.get(storage, "little")).isEqualTo("fits again");
            } finally {
                server.stop();
                Commands.run("umount", "--lazy", small.toString()); // a connection may just be ending
            }
        }
    }

    private static void mount(Path place) {
        try {
            Commands.run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place.toString());
        } catch (IOException e) {
            abort("this machine does not let root mount: " + e.getMessage());
        }
    }
}
