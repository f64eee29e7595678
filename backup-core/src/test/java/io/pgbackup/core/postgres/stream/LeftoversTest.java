package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
    private static final WalSegmentSize MIB = new WalSegmentSize(1 << 20);

    @TempDir
    Path directory;

    private Path spool;
    private Path archive;

    @BeforeEach
    void directories() throws IOException {
        spool = Files.createDirectory(directory.resolve("spool"));
        archive = Files.createDirectory(directory.resolve("archive"));
        Files.createFile(spool.resolve("receiver.lock"));
    }

    private void left(String... names) throws IOException {
        for (String name : names) {
            byte[] content = new byte[1 << 20];
            content[0] = (byte) name.charAt(23);
            Files.write(spool.resolve(name), content);
        }
    }

    private void stored(String name) throws IOException {
        Files.write(archive.resolve(name), new byte[1 << 20]);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private void bring() throws IOException {
        new Leftovers(spool)
                .bringTo(
                        new DirectoryDestination(archive),
                        new Persistence(new StreamState(Acknowledge.STORED), (subject, message) -> {}));
    }

    @Test
    void wholeSegmentsThatComeNextAreBrought() throws IOException {
        stored("000000010000000000000003");
        left(
                "000000010000000000000002",
                "000000010000000000000004",
                "000000010000000000000005.receiving",
                "000000010000000000000006.receiving");
        bring();
        assertThat(names(archive))
                .containsExactly("000000010000000000000003", "000000010000000000000004", "000000010000000000000005");
        assertThat(Files.readAllBytes(archive.resolve("000000010000000000000005")))
                .startsWith('5');
        assertThat(names(spool)).containsExactly("000000010000000000000006.receiving", "receiver.lock");
    }

    @Test
    void whatWouldLeaveAGapStays() throws IOException {
        stored("000000010000000000000003");
        left("000000010000000000000005", "000000010000000000000006.receiving");
        bring();
        assertThat(names(archive)).containsExactly("000000010000000000000003");
        assertThat(names(spool)).hasSize(3);
    }

    @Test
    void whatIsSentAgainCannotPassForWhole() throws IOException {
        left(
                "000000010000000000000004.receiving",
                "000000010000000000000005.receiving",
                "000000020000000000000009.receiving");
        new Leftovers(spool).removeAfter(new StreamStart(Timeline.FIRST, new Lsn(4L << 20)), MIB);
        assertThat(names(spool))
                .containsExactly(
                        "000000010000000000000004.receiving", "000000020000000000000009.receiving", "receiver.lock");
    }

    @Test
    void aSegmentFileHasItsSizeFromTheBeginAndKeepsWhatIsThere() throws IOException {
        WalFileName name = WalFileName.parse("000000010000000000000007");
        try (SegmentFile file = SegmentFile.open(spool, name, MIB)) {
            assertThat(Files.size(file.path())).isEqualTo(1 << 20);
            file.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}), 5);
        }
        try (SegmentFile file = SegmentFile.open(spool, name, MIB)) {
            assertThat(Files.readAllBytes(file.path())).startsWith(0, 0, 0, 0, 0, 1, 2, 3, 0);
            file.close();
            file.force();
        }
    }
}
