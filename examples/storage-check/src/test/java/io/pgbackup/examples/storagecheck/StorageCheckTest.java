package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Repository;
import io.pgbackup.gcs.testkit.GcsServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageCheckTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    @Tag("long")
    void everyClaimHoldsInABucket() {
        try (GcsServer server = GcsServer.start().withBucket("of-ones-own")) {
            server.forgetBodies();
            Repository store = Repository.from(Map.of(
                    "location", "gs://of-ones-own/path",
                    "unencrypted", "true",
                    "gs.anonymous", "true",
                    "gs.plain-http-endpoint", server.url().toString()));

            assertThat(StorageCheck.run(store, true, print())).isEmpty();
        }
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("gs://of-ones-own/path: ")
                .containsPattern("[0-9]{3} claims hold, 0 do not");
    }

    @Test
    void everyClaimHoldsInADirectory(@TempDir Path directory) {
        assertThat(run(Repository.at("file://" + directory.resolve("store"))
                        .unencrypted()
                        .build()))
                .isEmpty();
    }

    @Test
    void aStoreThatCannotBeUsedHoldsNothing() {
        Repository store = Repository.from(Map.of(
                "location", "gs://of-nobody/path",
                "unencrypted", "true",
                "gs.anonymous", "true",
                "gs.plain-http-endpoint", "http://127.0.0.1:1"));

        assertThat(run(store)).hasSizeGreaterThan(100);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("does not hold: ");
    }

    private List<String> run(Repository store) {
        return StorageCheck.run(store, false, print());
    }

    private PrintStream print() {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }
}
