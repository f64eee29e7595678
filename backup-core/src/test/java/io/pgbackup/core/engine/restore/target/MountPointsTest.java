package io.pgbackup.core.engine.restore.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountPointsTest {
    @Test
    void theTableOfLinuxIsRead(@TempDir Path directory) throws IOException {
        Path plain = Files.createDirectory(directory.resolve("plain"));
        Path odd = Files.createDirectory(directory.resolve("with blank"));
        MountPoints mounts = MountPoints.parse(List.of(
                "22 27 0:20 / " + odd.toString().replace(" ", "\\040") + " rw,relatime shared:7 - ext4 /dev/sda1 rw",
                "a line of something else"));
        assertThat(mounts.contains(odd)).isTrue();
        assertThat(mounts.contains(plain)).isFalse();
        assertThat(mounts.contains(Path.of("/"))).as("nothing is above it").isTrue();
    }
}
