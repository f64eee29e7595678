package io.pgbackup.benchmarks.compare;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;

/**
 * This library in a running JVM, asked through the scripts that it writes.
 *
 * @param source whose segments
 * @param way how they are stored
 */
record OursWal(WalSource source, CompareWal.Way way) implements WalTool {
    @Override
    public String name() {
        return "ours";
    }

    @Override
    public Session open(Path directory) {
        Repository repository = repository(directory);
        Cluster cluster = Cluster.named("compared")
                .at(source.data())
                .connectedBy(
                        PgConnection.url(source.server().jdbcUrl("postgres")).user("postgres"))
                .build();
        PgBackup pg = PgBackup.of(cluster).repository(repository).build();
        try {
            pg.initialize(repository);
            WalService service = pg.wal().serve(source.server().socket().resolve("ours"));
            return new Served(pg, service, source.server().socket());
        } catch (RuntimeException e) {
            pg.close();
            throw e;
        }
    }

    /** The key guards nothing; a passphrase would cost a tenth of a second once, when the service begins. */
    private Repository repository(Path directory) {
        Repository.Located located = Repository.at("file://" + directory);
        return (way.encrypted()
                        ? located.encryptedWith(EncryptionKey.fromKey(
                                SecretSource.value("c0".repeat(32).toCharArray())))
                        : located.unencrypted())
                .compression(way.compression())
                .build();
    }

    private record Served(PgBackup pg, WalService service, Path scripts) implements Session {
        @Override
        public String archiveCommand() {
            return service.writeArchiveCommand(scripts.resolve("push")).replace("%f", "\"$1\"");
        }

        @Override
        public String restoreCommand() {
            return service.writeRestoreCommand(scripts.resolve("fetch"))
                    .replace("%f", "\"$1\"")
                    .replace("%p", "\"$2\"");
        }

        @Override
        public void close() {
            service.close();
            pg.close();
        }
    }
}
