package io.pgbackup.sftp;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.StorageContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole contract on a server of another make, which every machine has. One test after the other: this server fails a listing when an entry
 * is removed meanwhile, which is an error to be repeated and not a short listing.
 */
abstract class InProcessContract extends StorageContract {
    @TempDir
    private static Path directory;

    private static InProcessServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new InProcessServer(directory, InProcessServer.Kind.USUAL);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    protected Storage open() throws StorageException {
        return Objects.open(server.location("repository"), server.settings());
    }

    @Override
    protected boolean allowsObjectsBelowObjects() {
        return false;
    }

    @Override
    protected Set<String> secrets() {
        return Set.of(server.password());
    }

    /** Several pages of this server's listings. */
    @Override
    protected int listingSize() {
        return 600;
    }
}
