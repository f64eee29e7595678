package io.pgbackup.sftp.testkit;

import java.io.IOException;
import java.nio.file.Path;

/** Makes key pairs with OpenSSH's own program. */
public final class Keys {
    private Keys() {}

    /** A key pair of a type that {@code ssh-keygen -t} knows. */
    public static Path make(Path directory, String type, String passphrase) throws IOException {
        Path file = directory.resolve("key_" + type + (passphrase.isEmpty() ? "" : "_encrypted"));
        // 2048 bits: the shortest that is fine, because longer RSA keys take seconds to make.
        Commands.run(
                "ssh-keygen",
                "-q",
                "-t",
                type,
                "-b",
                bits(type),
                "-N",
                passphrase,
                "-C",
                "test",
                "-f",
                file.toString());
        return file;
    }

    private static String bits(String type) {
        return type.equals("rsa") ? "2048" : "256";
    }

    public static Path publicKey(Path privateKey) {
        return Path.of(privateKey + ".pub");
    }

    /** SHA-256 as OpenSSH prints it. */
    public static String fingerprint(Path privateKey) throws IOException {
        return Commands.run("ssh-keygen", "-l", "-f", publicKey(privateKey).toString())
                .split(" ")[1];
    }
}
