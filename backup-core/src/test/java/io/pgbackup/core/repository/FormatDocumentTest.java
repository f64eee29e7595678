package io.pgbackup.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.core.engine.keys.KeyChanges;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.DocumentedReader.DocumentedFile;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.set.SyntheticResumption;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.keys.RotateRequest;
import io.pgbackup.keys.testkit.MemoryKeyService;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What FORMAT.md says is enough to get the data back. */
class FormatDocumentTest {
    private static final String SET = "golden/data/" + SyntheticSet.LABEL;

    @Test
    void aRepositoryIsReadByTheDocumentAlone() throws Exception {
        byte[] rawKey = new byte[32];
        new SecureRandom().nextBytes(rawKey);
        MemoryStorage storage = new MemoryStorage(InstantSource.system());
        SyntheticSet.write(repository(rawKey), storage.anotherClient());

        DocumentedReader reader = new DocumentedReader(objectsOf(storage), rawKey);
        String commit = text(reader.content("golden/backup/" + SyntheticSet.LABEL));
        String root = text(reader.content(SET + "/manifest/root"));
        assertThat(DocumentedReader.field(commit, "manifest"))
                .isEqualTo(HexFormat.of().formatHex(header(storage, SET + "/manifest/root")));
        assertThat(DocumentedReader.field(root, "header"))
                .isEqualTo(HexFormat.of().formatHex(header(storage, SET + "/manifest/0/0")));

        List<DocumentedFile> files = reader.files(SET, 0);
        assertThat(files).extracting(DocumentedFile::path).containsExactly("PG_VERSION", "base/1/16384");
        assertThat(reader.read(files.get(0))).isEqualTo(SyntheticSet.plainContent());
        assertThat(files.get(0).digest())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(SyntheticSet.plainContent()));
        assertThat(reader.read(files.get(1))).isEqualTo(SyntheticSet.pagedContent());
        assertThat(reader.files(SET, 1)).extracting(DocumentedFile::path).containsExactly("backup_label");
        assertThat(reader.index(SET + "/bundle/0/0"))
                .containsExactly(
                        "PG_VERSION 0+1",
                        "base/1/16384 0+3",
                        "base/1/16384 4+8",
                        "base/1/16384 12+8",
                        "base/1/16384 20+1",
                        "backup_label 0+1");
    }

    @Test
    void aRepositoryWhoseKeyAServiceKeepsIsReadByTheDocumentAlone() throws Exception {
        byte[] keptKey = new byte[32];
        new SecureRandom().nextBytes(keptKey);
        Repository repository = Repository.at("memory:format")
                .encryptedWith(EncryptionKey.wrappedBy(
                        new MemoryKeyService().rotate("main", keptKey).key("main")))
                .build();
        MemoryStorage storage = new MemoryStorage(InstantSource.system());
        SyntheticSet.write(repository, storage.anotherClient());

        Function<String, byte[]> objects = objectsOf(storage);
        byte[] slot = objects.apply("keys/1/0");
        assertThat(slot[4]).isEqualTo((byte) 18);
        String format =
                text(java.util.Arrays.copyOfRange(objects.apply("format"), 45 + 8, objects.apply("format").length));
        byte[] wrapped = DocumentedReader.wrappedMaterial(slot);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(keptKey, "AES"), new GCMParameterSpec(128, wrapped, 0, 12));
        cipher.updateAAD(("pgbackup key slot " + DocumentedReader.field(format, "id") + " 1 0")
                .getBytes(StandardCharsets.US_ASCII));
        byte[] material = cipher.doFinal(wrapped, 12, wrapped.length - 12);

        DocumentedReader reader = new DocumentedReader(objects, material);
        assertThat(text(reader.content("golden/backup/" + SyntheticSet.LABEL))).contains(SyntheticSet.LABEL.toString());
    }

    @Test
    void afterARotationTheRingTellsWhichKeysToUse() throws Exception {
        byte[] rawKey = new byte[32];
        new SecureRandom().nextBytes(rawKey);
        Repository repository = repository(rawKey);
        MemoryStorage storage = new MemoryStorage(InstantSource.system());
        SyntheticSet.write(repository, storage.anotherClient());
        RepositoryOpener opener = new RepositoryOpener(InstantSource.system());
        new KeyChanges(
                        opener.keys(repository, storage),
                        repository.key().orElseThrow(),
                        InstantSource.system(),
                        failure -> {
                            throw failure;
                        })
                .rotate(RotateRequest.withConfiguredKey());
        ObjectKey added = ObjectKey.of("golden/job/2026-11/new");
        try (OpenRepository open = opener.open(repository, storage.anotherClient())) {
            open.createRecord(added, HeaderKind.JOB, "under generation 2".getBytes(StandardCharsets.UTF_8));
        }

        DocumentedReader reader = new DocumentedReader(objectsOf(storage), rawKey);
        reader.readRing(1, rawKey);
        assertThat(text(reader.content(added.toString()))).isEqualTo("under generation 2");
        assertThat(text(reader.content("golden/backup/" + SyntheticSet.LABEL))).contains(SyntheticSet.LABEL.toString());
    }

    @Test
    void aResumedSetIsReadByTheDocumentAlone() throws Exception {
        byte[] rawKey = new byte[32];
        new SecureRandom().nextBytes(rawKey);
        MemoryStorage storage = new MemoryStorage(InstantSource.system());
        SyntheticSet.write(repository(rawKey), storage.anotherClient());
        SyntheticResumption.write(repository(rawKey), storage.anotherClient());

        DocumentedReader reader = new DocumentedReader(objectsOf(storage), rawKey);
        String data = "golden/data/";
        Map<String, List<Integer>> adopted =
                DocumentedReader.adopted(text(reader.content(data + SyntheticResumption.RESUMED + "/manifest/root")));
        assertThat(adopted).containsExactly(Map.entry(SyntheticResumption.INTERRUPTED.toString(), List.of(0)));
        List<DocumentedFile> above = reader.files(data + SyntheticResumption.RESUMED, 0);
        List<DocumentedFile> below = reader.files(data + SyntheticResumption.INTERRUPTED, 0);
        assertThat(reader.read(List.of(above.get(0), below.get(0)))).isEqualTo(SyntheticSet.plainContent());
        assertThat(reader.read(List.of(above.get(1), below.get(1)))).isEqualTo(SyntheticResumption.content());
    }

    private static Repository repository(byte[] rawKey) {
        char[] digits = HexFormat.of().formatHex(rawKey).toCharArray();
        return Repository.at("memory:format")
                .encryptedWith(EncryptionKey.fromKey(SecretSource.value(digits)))
                .build();
    }

    private static Function<String, byte[]> objectsOf(MemoryStorage storage) {
        return key -> {
            try (InputStream in = storage.read(ObjectKey.of(key), ByteRange.all())) {
                return in.readAllBytes();
            } catch (IOException | StorageException e) {
                throw new IllegalStateException(key, e);
            }
        };
    }

    private static byte[] header(MemoryStorage storage, String key) {
        return java.util.Arrays.copyOf(objectsOf(storage).apply(key), 45);
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }
}
