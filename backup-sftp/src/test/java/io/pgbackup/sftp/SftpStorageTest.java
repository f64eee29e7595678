package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.sftp.testkit.Commands;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a directory on a server can look like, and what several clients do to it. */
class SftpStorageTest {
    private static SshServer server;

    private Path root;
    private String location;
    private Storage storage;

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

    @BeforeEach
    void open() throws Exception {
        String name = UUID.randomUUID().toString();
        root = server.uploads().resolve(name);
        location = server.location(name);
        storage = Objects.open(location, server.settings());
    }

    @AfterEach
    void close() {
        storage.close();
    }

    @Test
    void theLayoutIsThatOfALocalDirectory() throws Exception {
        Objects.put(storage, "billing/backup/20261121-080000F", "record");
        Objects.put(storage, "billing/odd name/x", "odd");

        assertThat(root.resolve("billing/backup/20261121-080000F")).hasContent("record");
        assertThat(root.resolve("billing/odd%20name/x")).hasContent("odd");
        assertThat(Files.getPosixFilePermissions(root.resolve("billing/backup/20261121-080000F")))
                .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void theWritableDirectoryItselfMayBeTheRoot() throws Exception {
        String upload = location.substring(0, location.lastIndexOf('/'));
        try (Storage whole = Objects.open(upload, server.settings());
                Storage withSlash = Objects.open(upload + "/", server.settings())) {
            Objects.put(whole, "whole/object", "x");

            assertThat(Objects.get(withSlash, "whole/object")).isEqualTo("x");
            assertThat(server.uploads().resolve("whole/object")).hasContent("x");
        }
    }

    @Test
    void aRootThatTheAccountMayNotWriteIsDenied() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Commands.isRoot(), "only root can make a cage");
        String cage = location.replaceFirst("/upload/.*", "/");
        try (Storage outside = Objects.open(cage, server.settings())) {
            assertThatThrownBy(() -> Objects.put(outside, "key", "x")).isInstanceOf(StorageDeniedException.class);
            assertThat(outside.list(ObjectPrefix.root()).objects()).isEmpty();
        }
    }

    @Test
    void aRootBelowNothingIsAFaultWithAHint() throws Exception {
        try (Storage deep = Objects.open(location + "/missing/deep", server.settings())) {
            assertThatThrownBy(() -> Objects.put(deep, "key", "x"))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("make that directory first");
        }
    }

    @Test
    void anEmptyRootAfterObjectsWereSeenIsUnavailableAndNeverMissing() throws Exception {
        Objects.put(storage, "a/object", "x");
        Files.move(root, root.resolveSibling(root.getFileName() + "-unmounted"));
        ObjectKey key = ObjectKey.of("a/object");

        assertThatThrownBy(() -> storage.stat(key)).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> Objects.get(storage, "a/object")).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageUnavailableException.class);
        assertThat(storage.delete(List.of(key)).failures()).containsOnlyKeys(key);
        assertThatThrownBy(() -> Objects.put(storage, "b", "x")).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aLinkInThePlaceOfAPrefixOrObjectIsAFaultAndNeverMissing() throws Exception {
        Objects.put(storage, "real/object", "x");
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("/nowhere"));
        Files.createSymbolicLink(root.resolve("real/link"), Path.of("object"));

        for (String key : List.of("dangling/object", "dangling", "real/link")) {
            assertThatThrownBy(() -> storage.stat(ObjectKey.of(key)))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("symbolic link");
        }
        assertThatThrownBy(() -> storage.list(ObjectPrefix.of("real"))).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void foreignFilesAreNotListed() throws Exception {
        Objects.put(storage, "a/object", "x");
        Files.writeString(root.resolve("a/.hidden"), "");
        Files.writeString(root.resolve("a/with space"), "");
        Files.createDirectories(root.resolve("empty/deeper"));

        assertThat(storage.list(ObjectPrefix.of("a")).objects())
                .singleElement()
                .satisfies(info -> assertThat(info.key()).hasToString("a/object"));
        assertThat(storage.list(ObjectPrefix.root()).prefixes()).containsExactly(ObjectPrefix.of("a"));
    }

    @Test
    void oneOfSixtyFourWritersOfManyClientsWins() throws Exception {
        int writers = 64;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Storage> clients = new ArrayList<>();
        try {
            for (int client = 0; client < 8; client++) {
                clients.add(Objects.open(location, server.settings()));
            }
            CyclicBarrier start = new CyclicBarrier(writers);
            List<Future<Boolean>> results = new ArrayList<>();
            for (int number = 0; number < writers; number++) {
                int writer = number;
                results.add(threads.submit(() -> {
                    start.await();
                    return create(clients.get(writer % clients.size()), "writer " + writer);
                }));
            }
            List<String> winners = new ArrayList<>();
            for (int number = 0; number < writers; number++) {
                if (results.get(number).get()) {
                    winners.add("writer " + number);
                }
            }
            assertThat(winners).containsExactly(Objects.get(storage, "raced/key"));
        } finally {
            clients.forEach(Storage::close);
            threads.shutdownNow();
        }
    }

    private static boolean create(Storage client, String content) throws StorageException {
        try {
            Objects.put(client, "raced/key", content);
            return true;
        } catch (ObjectExistsException e) {
            return false;
        }
    }

    @Test
    void abandonedPendingFilesAreSweptAfterADay() throws Exception {
        Objects.put(storage, "first", "x");
        Path old = Files.writeString(root.resolve(".pending/old"), "abandoned");
        Path young = Files.writeString(root.resolve(".pending/young"), "perhaps being written");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(2, ChronoUnit.DAYS)));

        try (Storage later = Objects.open(location, server.settings())) {
            Objects.put(later, "second", "x");
            Awaitility.await().until(() -> Files.notExists(old));
        }

        assertThat(young).exists();
    }

    @Test
    void freeSpaceIsThatOfTheServer() throws Exception {
        long usable = ((FreeSpace) storage).usableBytes().orElseThrow();

        assertThat(usable)
                .isPositive()
                .isLessThanOrEqualTo(Files.getFileStore(server.uploads()).getTotalSpace());
    }

    @Test
    void anObjectThatWasCutIsReportedWithItsKey() throws Exception {
        Objects.put(storage, "cut", "0123456789");
        try (var stream = storage.read(ObjectKey.of("cut"), io.pgbackup.storage.ByteRange.of(0, 10))) {
            // Ten bytes were promised, but the file is emptied before the first one is asked for.
            try (var channel = Files.newByteChannel(root.resolve("cut"), java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(4);
            }
            assertThatThrownBy(stream::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cut")
                    .hasCauseInstanceOf(StorageUnavailableException.class);
        }
    }
}
