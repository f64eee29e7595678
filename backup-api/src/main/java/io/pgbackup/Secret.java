package io.pgbackup;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that must not be seen. {@code toString} is redacted, there is no {@code equals}, the bytes can be reached only inside a function,
 * and {@link #close()} wipes them. Safe for use by one thread at a time.
 */
public final class Secret implements AutoCloseable {
    private byte @Nullable [] bytes;
    private final @Nullable Instant expiry;

    private Secret(byte[] bytes, @Nullable Instant expiry) {
        this.bytes = bytes;
        this.expiry = expiry;
    }

    /**
     * A secret of bytes; the array is copied, the caller wipes its own.
     *
     * @param bytes any bytes
     * @return the secret
     */
    public static Secret of(byte[] bytes) {
        return new Secret(bytes.clone(), null);
    }

    /**
     * A secret of characters, encoded as UTF-8; the array is copied, the caller wipes its own.
     *
     * @param characters any characters
     * @return the secret
     */
    public static Secret of(char[] characters) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(characters));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        return new Secret(bytes, null);
    }

    /**
     * The same secret with a time after which it is useless.
     *
     * @param instant when it expires
     * @return a new secret; this one is closed
     */
    public Secret expiringAt(Instant instant) {
        Secret copy = new Secret(requireOpen().clone(), instant);
        close();
        return copy;
    }

    /**
     * Lends the bytes to a function. The array is the secret's own: it must not be kept or changed.
     *
     * @param function what needs the bytes
     * @param <T> type of the function's result
     * @return what the function returned
     * @throws IllegalStateException if this secret is closed
     */
    public <T> T use(Function<byte[], T> function) {
        return function.apply(requireOpen());
    }

    /**
     * When the secret becomes useless.
     *
     * @return empty if that is not known
     */
    public Optional<Instant> expiry() {
        return Optional.ofNullable(expiry);
    }

    /** Wipes the bytes. Idempotent. */
    @Override
    public void close() {
        if (bytes != null) {
            Arrays.fill(bytes, (byte) 0);
            bytes = null;
        }
    }

    private byte[] requireOpen() {
        if (bytes == null) {
            throw new IllegalStateException("this secret is closed");
        }
        return bytes;
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
