package io.pgbackup;

import java.nio.file.Path;

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
        return new FileSecretSource(file, length -> false);
    }

    /**
     * A file that holds a key, read again at each use. 32 bytes are taken as they are, whatever they end with; of anything else one line
     * terminator at the end is not part of the secret.
     *
     * @param file the file
     * @return the source
     */
    static SecretSource keyFile(Path file) {
        return new FileSecretSource(file, length -> length == 32);
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
