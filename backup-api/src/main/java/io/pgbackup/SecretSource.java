package io.pgbackup;

import java.nio.file.InvalidPathException;
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
        return new FileSecretSource(file, length -> false).asKey();
    }

    /**
     * What a configuration calls a secret by: {@code file:} and an absolute path, or {@code env:} and the name of a variable. The secret itself is
     * refused, and not repeated.
     *
     * @param reference for example {@code file:/etc/backup/passphrase} or {@code env:BACKUP_KEY}
     * @return the source
     * @throws IllegalArgumentException if it is no such reference
     */
    static SecretSource reference(String reference) {
        if (reference.startsWith("file:") && isAbsolutePath(reference.substring(5))) {
            return file(Path.of(reference.substring(5)));
        }
        if (reference.matches("env:[A-Za-z_][A-Za-z0-9_]*")) {
            return environment(reference.substring(4));
        }
        throw new IllegalArgumentException(
                "a secret is referred to as file:/absolute/path or env:NAME; the value given,"
                        + " which is not repeated here, is neither");
    }

    private static boolean isAbsolutePath(String path) {
        try {
            return Path.of(path).isAbsolute();
        } catch (InvalidPathException e) {
            return false;
        }
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
