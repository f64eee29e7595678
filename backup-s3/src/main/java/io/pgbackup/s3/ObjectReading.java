package io.pgbackup.s3;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.InputStream;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Reads bytes of an object, and refuses an answer that is not what was asked for. Safe for use by many threads. */
final class ObjectReading {
    private final S3Clients clients;
    private final S3Errors errors;

    ObjectReading(S3Clients clients, S3Errors errors) {
        this.clients = clients;
        this.errors = errors;
    }

    /** A range of at least one byte, or all, as the request names it. */
    InputStream read(ObjectKey key, ByteRange range, GetObjectRequest request) throws StorageException {
        String attempted = "read " + key;
        try {
            return checked(attempted, key, range, clients.client().getObject(request));
        } catch (RuntimeException e) {
            throw errors.classify(attempted, e);
        }
    }

    private InputStream checked(
            String attempted, ObjectKey key, ByteRange range, ResponseInputStream<GetObjectResponse> stream)
            throws StorageException {
        boolean handedOver = false;
        try {
            GetObjectResponse answer = stream.response();
            errors.requireObject(attempted, answer.eTag(), answer.contentType());
            long length = range.isAll() ? wholeLength(attempted, answer) : partLength(attempted, range, answer);
            handedOver = true;
            return new RangeStream(key, stream, length, errors);
        } finally {
            if (!handedOver) {
                stream.abort();
            }
        }
    }

    private long wholeLength(String attempted, GetObjectResponse answer) throws StorageException {
        return Optional.ofNullable(answer.contentLength())
                .orElseThrow(() -> errors.notS3(attempted, "it does not say how long it is"));
    }

    private long partLength(String attempted, ByteRange range, GetObjectResponse answer) throws StorageException {
        ContentRange part =
                ContentRange.of(answer).orElseThrow(() -> errors.notS3(attempted, "it does not say which range it is"));
        requireWithin(attempted, range, part.size());
        if (!part.answers(range)) {
            throw errors.notS3(attempted, "it is not the range that was asked for");
        }
        return part.length();
    }

    /** A range of an object of so many bytes. */
    void requireWithin(String attempted, ByteRange range, long size) throws StorageFaultException {
        try {
            range.lengthWithin(size);
        } catch (IndexOutOfBoundsException e) {
            throw errors.fault(attempted, String.valueOf(e.getMessage()));
        }
    }
}
