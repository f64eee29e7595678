package io.pgbackup.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import io.pgbackup.keys.testkit.MemoryKeyService;
import io.pgbackup.storage.ObjectKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every version of the format wrote can be read for ever. A version without a golden repository fails. To write that of a new version, once:
 * {@code mvn test -pl backup-api,backup-core -Dtest=GoldenRepositoriesTest -Dgolden.write=backup-core/src/test/resources/golden/v<N>}.
 */
class GoldenRepositoriesTest {
    /** Not a secret: the key of repositories that hold nothing but test data. */
    private static final String PUBLISHED_KEY = "67".repeat(32);

    @TempDir
    Path work;

    static Stream<Integer> versions() {
        return IntStream.rangeClosed(ObjectHeader.OLDEST_VERSION, ObjectHeader.VERSION)
                .boxed();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aGoldenRepositoryIsReadWhole(int version) throws IOException {
        Repository repository = repository(copyOfGolden(version), version);
        try (PgBackup pg = PgBackup.of(Cluster.named(SyntheticSet.CLUSTER).withoutServer())
                .repository(repository)
                .build()) {
            assertThat(pg.info(repository).backups())
                    .extracting(BackupInfo::label)
                    .isEqualTo(List.of(SyntheticSet.LABEL));
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            ByteArrayOutputStream format = new ByteArrayOutputStream();
            pg.browse(repository).read(ObjectKey.of("format"), format);
            assertThat(format.toString(java.nio.charset.StandardCharsets.UTF_8)).contains("\"encrypted\" : true");
        }
    }

    @Test
    void writesTheGoldenRepositoryOfThisVersionWhenAsked() throws Exception {
        String target = System.getProperty("golden.write", "");
        Assumptions.assumeFalse(target.isEmpty(), "golden.write names no directory");
        Path root = Path.of(target).toAbsolutePath();
        Files.createDirectories(root);
        SyntheticSet.write(repository(root, ObjectHeader.VERSION), new LocalDirectoryStorage(root));
    }

    private Path copyOfGolden(int version) throws IOException {
        Path golden = Path.of("src/test/resources/golden/v" + version);
        assertThat(golden).as("golden repository of version %s", version).isDirectory();
        Path copy = work.resolve("v" + version);
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(golden.relativize(file).toString()));
            }
        }
        return copy;
    }

    private static Repository repository(Path root, int version) {
        return Repository.at("file://" + root).encryptedWith(key(version)).build();
    }

    /** Version 2 differs from version 1 only in slots whose key a service keeps. */
    private static EncryptionKey key(int version) {
        if (version >= 2) {
            return EncryptionKey.wrappedBy(new MemoryKeyService()
                    .rotate("published", HexFormat.of().parseHex(PUBLISHED_KEY))
                    .key("published"));
        }
        return EncryptionKey.fromKey(SecretSource.value(PUBLISHED_KEY.toCharArray()));
    }
}
