package io.pgbackup.core.hostile;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.SealedRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** Whole objects as they are stored: header, frames, compression, encryption. */
final class ObjectParsers {
    private static final ObjectKey KEY = ObjectKey.of("billing/data/20261121-080000F/begin");
    private static final SecureRandom RANDOM = new SecureRandom();

    private ObjectParsers() {}

    static List<Parser> all() {
        return List.of(
                parser("unencrypted object, lz4", unencrypted(), CodecSpec.LZ4),
                parser("unencrypted object, zstd", unencrypted(), CodecSpec.zstd(3)),
                parser("encrypted object", encrypted(), CodecSpec.LZ4));
    }

    private static RepositoryCipher unencrypted() {
        return RepositoryCipher.unencrypted(new byte[RepositoryCipher.REPOSITORY_ID_LENGTH]);
    }

    private static RepositoryCipher encrypted() {
        try (MasterKey key = MasterKey.generate(1, RANDOM)) {
            return RepositoryCipher.encrypted(new byte[RepositoryCipher.REPOSITORY_ID_LENGTH], List.of(key));
        }
    }

    private static Parser parser(String name, RepositoryCipher cipher, CodecSpec codec) {
        SealedRecords records = new SealedRecords(cipher, codec, RANDOM);
        byte[] small = "a backup of a cluster ".repeat(10).getBytes(StandardCharsets.US_ASCII);
        byte[] large = "a backup of a cluster ".repeat(4000).getBytes(StandardCharsets.US_ASCII);
        return new Parser(
                name,
                List.of(sealed(records, small), sealed(records, large), sealed(records, new byte[0])),
                bytes -> opened(records, bytes),
                ObjectParsers::isRefusal);
    }

    private static byte[] sealed(SealedRecords records, byte[] content) {
        Payload payload = records.seal(KEY, HeaderKind.BEGIN, content);
        try (InputStream in = payload.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
    }

    private static Optional<byte[]> opened(SealedRecords records, byte[] object) {
        records.open(KEY, HeaderKind.BEGIN, object);
        return Optional.empty();
    }

    private static boolean isRefusal(RuntimeException e) {
        return Parsers.isDamage(e)
                || e instanceof RepositoryException refused
                        && (refused.code() == ErrorCode.WRONG_KEY || refused.code() == ErrorCode.ENCRYPTION_MISMATCH);
    }
}
