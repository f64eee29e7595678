package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Accounts that may do less than usual. */
class AccountTest {

    @Test
    void anAccountThatMayNotDeleteOrRenameCanStoreAndIsToldWhatItCannotDo() throws Exception {
        String denied = "-P remove,rmdir,rename,posix-rename,symlink";
        try (SshServer server = new SshServer.Setup().fileService(denied).start();
                Storage storage = Objects.open(server.location("kept"), server.settings())) {
            Objects.put(storage, "kept/object", "kept");

            Map<ObjectKey, StorageException> failures =
                    storage.delete(List.of(ObjectKey.of("kept/object"))).failures();

            assertThat(failures).containsOnlyKeys(ObjectKey.of("kept/object"));
            assertThat(failures.values()).first().isInstanceOf(StorageDeniedException.class);
            assertThat(Objects.get(storage, "kept/object")).isEqualTo("kept");
            assertThatThrownBy(() -> Objects.put(storage, "kept/object", "other"))
                    .isInstanceOf(ObjectExistsException.class);
            // A second name of the object's own file, which takes no space, and the empty beginning of the refused one.
            assertThat(server.uploads().resolve("kept/.pending").toFile().list())
                    .hasSize(2);
        }
    }

    @Test
    void anAccountThatMayOnlyReadIsDeniedTheRest() throws Exception {
        try (SshServer server = new SshServer.Setup().fileService("-R").start();
                Storage storage = Objects.open(server.location("read"), server.settings())) {
            assertThatThrownBy(() -> Objects.put(storage, "object", "x")).isInstanceOf(StorageDeniedException.class);
            assertThat(storage.stat(ObjectKey.of("object"))).isEmpty();
        }
    }

    @Test
    void aServerThatAllowsOneChannelIsSharedByAll() throws Exception {
        try (SshServer server = new SshServer.Setup().line("MaxSessions 1").start();
                Storage storage = Objects.open(
                        server.location("narrow"), server.settings().channels(8))) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Future<String>> results = new ArrayList<>();
                for (int number = 0; number < 40; number++) {
                    String key = "narrow/" + number;
                    results.add(threads.submit(() -> {
                        Objects.put(storage, key, key);
                        return Objects.get(storage, key);
                    }));
                }
                for (int number = 0; number < results.size(); number++) {
                    assertThat(results.get(number).get()).isEqualTo("narrow/" + number);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void manyWhoWriteTheFirstObjectsTogetherMakeTheRepositoryTogether() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (SshServer server = new SshServer.Setup().line("MaxSessions 1").start()) {
            for (int round = 0; round < 40; round++) {
                try (Storage storage = Objects.open(
                        server.location("first" + round), server.settings().channels(8))) {
                    List<Future<String>> results = new ArrayList<>();
                    for (int number = 0; number < 8; number++) {
                        String key = "object/" + number;
                        results.add(threads.submit(() -> {
                            Objects.put(storage, key, key);
                            return Objects.get(storage, key);
                        }));
                    }
                    for (int number = 0; number < results.size(); number++) {
                        assertThat(results.get(number).get()).isEqualTo("object/" + number);
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
