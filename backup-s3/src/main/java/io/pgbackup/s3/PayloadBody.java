package io.pgbackup.s3;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A payload on its way: measured while it is sent, so that one of another size than it claims never becomes an object, and remembered when it fails, so that its
 * own failure is not taken for one of the store. Closes what was opened. For one upload by one thread.
 */
final class PayloadBody implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ObjectKey key;
    private final Payload payload;
    private final List<InputStream> opened = new ArrayList<>();
    private @Nullable StorageException failure;

    PayloadBody(ObjectKey key, Payload payload) {
        this.key = key;
        this.payload = payload;
    }

    /** The body of the request. */
    RequestBody body() throws StorageException {
        if (payload.size() == 0) {
            digest();
            return RequestBody.empty();
        }
        return RequestBody.fromContentProvider(this::open, payload.size(), "application/octet-stream");
    }

    /** The value of the header {@code Content-MD5}. Reads the whole payload. */
    String digest() throws StorageException {
        MessageDigest digest = md5();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream stream = open()) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        } catch (IOException | UncheckedIOException e) {
            throw failure().orElseGet(() -> unreadable(e));
        }
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no MD5, which S3 demands", e);
        }
    }

    private InputStream open() {
        try {
            InputStream stream = payload.open();
            opened.add(stream);
            return new MeasuredStream(stream);
        } catch (IOException e) {
            if (failure == null) {
                failure = unreadable(e);
            }
            throw new UncheckedIOException(e);
        }
    }

    /** What the payload, not the store, did wrong. */
    Optional<StorageException> failure() {
        return Optional.ofNullable(failure);
    }

    private StorageFaultException unreadable(Exception cause) {
        return new StorageFaultException("cannot create " + key + ": its payload cannot be read: " + cause, cause);
    }

    @Override
    public void close() throws StorageException {
        for (InputStream stream : opened) {
            try {
                stream.close();
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
    }

    /** Looks beyond the last byte before it delivers it: an upload with one byte missing is none. */
    private final class MeasuredStream extends FilterInputStream {
        private long remaining = payload.size();

        MeasuredStream(InputStream stream) throws IOException {
            super(stream);
            if (remaining == 0) {
                requireEnd();
            }
        }

        @Override
        public int read() throws IOException {
            byte[] single = new byte[1];
            int count = read(single, 0, 1);
            return count < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0 || remaining == 0) {
                return length == 0 ? 0 : -1;
            }
            try {
                int count = in.read(target, offset, (int) Math.min(length, remaining));
                if (count < 0) {
                    throw wrongSize("fewer");
                }
                remaining -= count;
                if (remaining == 0) {
                    requireEnd();
                }
                return count;
            } catch (IOException e) {
                if (failure == null) {
                    failure = unreadable(e);
                }
                throw e;
            }
        }

        private void requireEnd() throws IOException {
            if (in.read() >= 0) {
                throw wrongSize("more");
            }
        }

        private IOException wrongSize(String how) {
            String text = "its payload has " + how + " bytes than the " + payload.size() + " it claims";
            failure = new StorageFaultException("cannot create " + key + ": " + text);
            return new IOException(text);
        }

        @Override
        public long skip(long count) {
            return 0;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
