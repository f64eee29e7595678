package io.pgbackup.s3;

import io.pgbackup.storage.SecretResolver;
import java.util.Map;

/** TODO. */
final class S3Settings {
    private S3Settings() {}

    static S3 read(Map<String, String> properties, SecretResolver secrets) {
        return S3.ambient();
    }
}
