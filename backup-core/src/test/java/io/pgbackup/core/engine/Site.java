package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresServerBuilder;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.ServerUser;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A server to be backed up and a directory for repositories and restored clusters. For one test class; closing it ends the server. */
final class Site implements AutoCloseable {
    /** A raw key, because a passphrase costs 100 ms at each opening. */
    static final String KEY = hexKey(7);

    private final PostgresServer server;
    private final Path work;
    private final AtomicInteger names = new AtomicInteger();

    private Site(PostgresServer server, Path work) {
        this.server = server;
        this.work = work;
    }

    static Site start(PostgresVersion version, Path work) {
        return start(version, work, builder -> builder);
    }

    static Site start(PostgresVersion version, Path work, UnaryOperator<PostgresServerBuilder> refine) {
        PostgresAvailability.require(version);
        PostgresServerBuilder builder = PostgresServer.of(version).setting("autovacuum", "off");
        return new Site(refine.apply(builder).start(), work);
    }

    static String hexKey(long seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return HexFormat.of().formatHex(key);
    }

    static EncryptionKey key(String hex) {
        return EncryptionKey.fromKey(SecretSource.value(hex.toCharArray()));
    }

    PostgresServer server() {
        return server;
    }

    Cluster cluster(String name) {
        return Cluster.named(name)
                .at(server.dataDirectory())
                .connectedBy(PgConnection.url(server.jdbcUrl("postgres")).user("postgres"))
                .build();
    }

    /** A path that nothing uses yet. */
    Path fresh(String prefix) {
        return work.resolve(prefix + names.incrementAndGet());
    }

    /** A directory that the server may use. */
    Path serverDirectory(String prefix) {
        Path directory = fresh(prefix);
        try {
            Files.createDirectories(directory);
            ServerUser.choose().own(directory);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An encrypted repository of its own. */
    Repository repository() {
        Path place = fresh("repository");
        return encrypted(place, String.valueOf(place.getFileName()));
    }

    static Repository encrypted(Path place, String name) {
        return Repository.at("file://" + place)
                .encryptedWith(key(KEY))
                .named(name)
                .build();
    }

    static Path place(Repository repository) {
        return Path.of(repository.location().uri().getPath());
    }

    /** Opens the engine on an initialized repository. */
    PgBackup initialized(Repository repository) {
        PgBackup pg = PgBackup.of(cluster("main")).repository(repository).build();
        pg.initialize(repository);
        return pg;
    }

    static RestoreRequest restoreInto(Path target) {
        return RestoreRequest.into(target)
                .recoverTo(RecoveryTarget.endOfBackup())
                .walFrom(WalDelivery.fromBackup());
    }

    /** Restores a set and starts a server on it; the caller closes the server. */
    PostgresServer restored(PgBackup pg, Repository repository, BackupLabel label) {
        Path target = fresh("restored");
        pg.restore(restoreInto(target).from(repository).backup(label));
        return PostgresServer.startOn(server.version(), target);
    }

    @Override
    public void close() {
        server.close();
    }
}
