package io.pgbackup.gcs;

import io.pgbackup.SecretSource;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Secrets made at run time. */
final class Tokens {
    private Tokens() {}

    static String random() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return "token-" + HexFormat.of().formatHex(bytes);
    }

    static SecretSource source(String value) {
        return SecretSource.value(value.toCharArray());
    }
}
