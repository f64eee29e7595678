package io.pgbackup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Reads a secret from a file, each time anew.
 *
 * @param file the file
 * @param verbatim which lengths are taken as they are, line terminator or not
 */
record FileSecretSource(Path file, IntPredicate verbatim) implements SecretSource {
    /** The same file, taken as a key: {@link SecretSource#keyFile}. */
    FileSecretSource asKey() {
        return new FileSecretSource(file, length -> length == 32);
    }

    @Override
    public Secret obtain() {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the secret file " + file, e);
        }
        byte[] trimmed = Arrays.copyOf(bytes, lengthWithoutTerminator(bytes));
        Secret secret = Secret.of(trimmed);
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(trimmed, (byte) 0);
        return secret;
    }

    private int lengthWithoutTerminator(byte[] bytes) {
        int length = bytes.length;
        if (verbatim.test(length) || length == 0 || bytes[length - 1] != '\n') {
            return length;
        }
        return length > 1 && bytes[length - 2] == '\r' ? length - 2 : length - 1;
    }

    @Override
    public String toString() {
        return "SecretSource[file " + file + "]";
    }
}
