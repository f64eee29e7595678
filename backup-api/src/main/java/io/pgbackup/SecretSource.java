package io.pgbackup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where a secret comes from. Asked at each use and never cached across an operation, so a rotated file, a renewed token or a managed
 * identity is simply the next answer. Implementations are safe for use by many threads and print without the secret.
 */
@FunctionalInterface
public interface SecretSource {
    /**
     * Obtains the secret as it is now.
     *
     * @return a new secret; the caller closes it
     * @throws RuntimeException if it cannot be had; the message names the source, never the secret
     */
    Secret obtain();

    /**
     * A file, read again at each use. One line terminator at the end is not part of the secret.
     *
     * @param file the file
     * @return the source
     */
    static SecretSource file(Path file) {
        return new SecretSource() {
            @Override
            public Secret obtain() {
                byte[] bytes;
                try {
                    bytes = Files.readAllBytes(file);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read the secret file " + file, e);
                }
                int length = bytes.length;
                if (length > 0 && bytes[length - 1] == '\n') {
                    length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
                }
                byte[] trimmed = Arrays.copyOf(bytes, length);
                Arrays.fill(bytes, (byte) 0);
                Secret secret = Secret.of(trimmed);
                Arrays.fill(trimmed, (byte) 0);
                return secret;
            }

            @Override
            public String toString() {
                return "SecretSource[file " + file + "]";
            }
        };
    }

    /**
     * An environment variable of this process.
     *
     * @param name of the variable
     * @return the source
     */
    static SecretSource environment(String name) {
        return new SecretSource() {
            @Override
            public Secret obtain() {
                String value = System.getenv(name);
                if (value == null) {
                    throw new IllegalStateException("the environment variable " + name + " is not set");
                }
                return Secret.of(value.toCharArray());
            }

            @Override
            public String toString() {
                return "SecretSource[environment " + name + "]";
            }
        };
    }

    /**
     * A value that the application holds itself. It stays in memory as long as the source lives: for tests and for values made at run time.
     *
     * @param characters the secret; copied
     * @return the source
     */
    static SecretSource value(char[] characters) {
        char[] copy = characters.clone();
        return new SecretSource() {
            @Override
            public Secret obtain() {
                return Secret.of(copy);
            }

            @Override
            public String toString() {
                return "SecretSource[value]";
            }
        };
    }
}
