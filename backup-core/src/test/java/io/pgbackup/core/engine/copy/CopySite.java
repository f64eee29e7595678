package io.pgbackup.core.engine.copy;

import io.pgbackup.Compression;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.LoneOperation;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.FakeCluster;
import io.pgbackup.core.engine.backup.SetHarness;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.event.OperationKind;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Two repositories in memory, with other keys and codecs, and a cluster that is backed up into the first. */
final class CopySite implements AutoCloseable {
    static final Repository SOURCE = Repository.at("memory:source")
            .encryptedWith(key("01"))
            .named("source")
            .build();
    static final Repository TARGET = Repository.at("memory:target")
            .encryptedWith(key("02"))
            .compression(Compression.zstd(3))
            .named("target")
            .build();

    final MemoryStorage sourceStore = new MemoryStorage();
    final MemoryStorage targetStore = new MemoryStorage();
    final SetHarness source = new SetHarness(SOURCE, sourceStore.anotherClient());
    final SetHarness target = new SetHarness(TARGET, targetStore.anotherClient());
    final FakeCluster cluster = new FakeCluster();
    private final PgBackupRuntime runtime = PgBackupRuntime.builder().workers(2).build();

    /** A cluster of some files, none of which is the same twice. */
    CopySite(Random random) {
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(ClusterPath.of("pg_xact/0000"), bytes(random, 200_000));
        cluster.late.put(ClusterPath.of("backup_label"), bytes(random, 200));
        cluster.late.put(
                ClusterPath.of("pg_wal/000000010000000000000001"), Arrays.copyOf(bytes(random, 300_000), 1 << 20));
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static EncryptionKey key(String digits) {
        return EncryptionKey.fromKey(SecretSource.value(digits.repeat(32).toCharArray()));
    }

    static CopyRequest newest() {
        return CopyRequest.newest().from(SOURCE).to(TARGET);
    }

    static CopyRequest copyOf(BackupRecord record) {
        return CopyRequest.backup(record.label()).from(SOURCE).to(TARGET);
    }

    static CombineRequest combinationOf(BackupRecord record) {
        return CombineRequest.backup(record.label()).from(SOURCE).to(TARGET);
    }

    CopyResult copy(CopyRequest request) {
        return copying(source.repository(), target.repository()).copy(request);
    }

    CopyResult combine(CombineRequest request) {
        return copying(source.repository(), target.repository()).combine(request);
    }

    CopyOperation copying(OpenRepository from, OpenRepository to) {
        return copying(LoneOperation.of(OperationKind.COPY, InstantSource.system()), from, to);
    }

    CopyOperation copying(Operation operation, OpenRepository from, OpenRepository to) {
        return new CopyOperation(operation, from, to, source.layout(), runtime);
    }

    /** Makes the target that of another server; its identity must have been removed. */
    void claim(long systemIdentifier) {
        ServerIdentity server = SetHarness.SERVER;
        new IdentityRecords(target.repository(), target.layout())
                .claim(new ServerIdentity(
                        systemIdentifier, server.majorVersion(), server.pageSize(), server.segmentSize()));
    }

    /** The source, opened upon whatever a test puts around its storage. */
    OpenRepository openSource(UnaryOperator<Storage> around) {
        return new RepositoryOpener(InstantSource.system()).open(SOURCE, around.apply(sourceStore.anotherClient()));
    }

    OpenRepository openTarget(UnaryOperator<Storage> around) {
        return new RepositoryOpener(InstantSource.system()).open(TARGET, around.apply(targetStore.anotherClient()));
    }

    /** The committed sets of the target, in order of time. */
    List<BackupRecord> held() {
        return new Catalog(target.repository(), target.layout()).backups();
    }

    @Override
    public void close() {
        source.close();
        target.close();
        runtime.close();
        sourceStore.assertNothingOpen();
        targetStore.assertNothingOpen();
    }
}
