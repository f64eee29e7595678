package io.pgbackup.core.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.SealedRecords;
import io.pgbackup.core.repository.RecordParsers;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.SalvageRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.storage.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An unencrypted repository in somebody else's hands: each object in turn is sealed anew with other content, its salt and so its place in the chain of pins
 * unchanged. Every verb answers or refuses; nothing is an internal error, and nothing is written outside of a target.
 */
class HostileRepositoryTest {
    @TempDir
    Path work;

    private Path store;
    private Repository repository;

    @BeforeEach
    void write() throws InterruptedException, IOException {
        store = Files.createDirectories(work.resolve("store"));
        repository = Repository.at("file://" + store).unencrypted().build();
        SyntheticSet.write(repository, new LocalDirectoryStorage(store));
    }

    @Test
    void everyVerbAnswersOrRefuses() throws IOException {
        attack(1, 3);
    }

    @Test
    @Tag("long")
    void everyVerbAnswersOrRefusesForLong() throws IOException {
        attack(System.nanoTime(), 3000);
    }

    private void attack(long seed, int rounds) throws IOException {
        List<Path> objects;
        try (Stream<Path> all = Files.walk(store)) {
            objects = all.filter(Files::isRegularFile).sorted().toList();
        }
        byte[] format = Files.readAllBytes(store.resolve("format"));
        byte[] id = RecordParsers.repositoryId(open(new byte[16], "format", format));
        Mutation mutation = new Mutation(new Random(seed));
        for (Path object : objects) {
            byte[] honest = Files.readAllBytes(object);
            String key = store.relativize(object).toString();
            byte[] of = key.equals("format") ? new byte[16] : id;
            byte[] content = open(of, key, honest);
            for (int round = 0; round < rounds; round++) {
                Files.write(object, sealed(of, key, honest, mutation.of(List.of(content))));
                requireAnswers(key + " with seed " + seed + ", round " + round);
            }
            Files.write(object, honest);
        }
        try (PgBackup pg = open()) {
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
        }
        try (Stream<Path> all = Files.list(work)) {
            assertThat(all.map(path -> path.getFileName().toString()).toList()).containsExactly("store");
        }
    }

    private PgBackup open() {
        return PgBackup.of(Cluster.named(SyntheticSet.CLUSTER).withoutServer())
                .repository(repository)
                .parallelism(1)
                .build();
    }

    private void requireAnswers(String what) throws IOException {
        Path target = work.resolve("target");
        try (PgBackup pg = open()) {
            answer(what, pg::info);
            answer(what, () -> pg.verify(repository, VerifyDepth.CONTENT));
            answer(what, () -> pg.planExpire(repository, Retention.keepFullBackups(1)));
            answer(
                    what,
                    () -> pg.planRestore(RestoreRequest.into(target)
                            .recoverTo(RecoveryTarget.endOfBackup())
                            .walFrom(WalDelivery.fromBackup())
                            .from(repository)));
            answer(what, () -> pg.salvage(SalvageRequest.of(repository, SyntheticSet.LABEL, target)));
        }
        deleteAll(target);
    }

    private static void answer(String what, Runnable verb) {
        try {
            verb.run();
        } catch (PgBackupException e) {
            assertThat(e.code()).as("%s: %s", what, e).isNotEqualTo(ErrorCode.INTERNAL);
            assertThat(e.hint()).isNotBlank();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what + ": " + e, e);
        }
    }

    private static byte[] open(byte[] id, String key, byte[] object) {
        return records(id, new SecureRandom()).open(ObjectKey.of(key), kind(key, object), object);
    }

    private static HeaderKind kind(String key, byte[] object) {
        return ObjectHeader.parse(ObjectKey.of(key), object, ObjectHeader.SHORTEST)
                .kind();
    }

    private static byte[] sealed(byte[] id, String key, byte[] honest, byte[] content) throws IOException {
        SecureRandom sameSalt = new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(Arrays.copyOfRange(honest, 12, 44), 0, bytes, 0, bytes.length);
            }
        };
        try (InputStream in = records(id, sameSalt)
                .seal(ObjectKey.of(key), kind(key, honest), content)
                .open()) {
            return in.readAllBytes();
        }
    }

    private static SealedRecords records(byte[] id, SecureRandom random) {
        return new SealedRecords(RepositoryCipher.unencrypted(id), CodecSpec.LZ4, random);
    }

    private static void deleteAll(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
