package io.pgbackup.s3;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects in a bucket. Safe for use by many threads. */
final class S3Storage implements Storage {
    /** Refusals whose reason stands in a body, which the answer to a HEAD does not have. */
    private static final Set<Integer> WORDLESS = Set.of(400, 403, 404);

    private final S3Place place;
    private final S3Checksums checksums;
    private final S3Clients clients;
    private final S3Requests requests;
    private final S3Errors errors;
    private final ObjectReading reading;
    private final LockCheck locks;
    private final ConditionProof conditions;
    private volatile boolean closed;

    private S3Storage(S3Place place, S3Store store, StorageContext context) {
        this.place = place;
        this.checksums = store.checksums();
        this.clients = new S3Clients(store, context.clock());
        this.requests = new S3Requests(place, store.objects());
        this.errors = new S3Errors(place.toString(), store.checksums(), context.clock());
        this.reading = new ObjectReading(clients, errors);
        this.locks = new LockCheck(place, clients, errors);
        this.conditions = new ConditionProof(place, clients, errors);
    }

    /** For tests of what a server does that overwrites silently. */
    void waiveConditions() {
        conditions.waive();
    }

    static S3Storage of(S3Place place, S3Store store, StorageContext context) {
        return new S3Storage(place, store, context);
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        requireOpen();
        String attempted = "create " + key;
        conditions.require(attempted);
        if (attributes.lock().isPresent() || attributes.legalHold()) {
            locks.requireLocking(attempted);
        }
        try (PayloadBody sent = new PayloadBody(key, payload)) {
            put(attempted, key, sent, attributes);
        }
    }

    private void put(String attempted, ObjectKey key, PayloadBody sent, ObjectAttributes attributes)
            throws StorageException {
        try {
            PutObjectRequest request = requests.create(key, attributes);
            if (checksums == S3Checksums.WHEN_REQUIRED) {
                request = request.toBuilder().contentMD5(sent.digest()).build();
            }
            PutObjectResponse answer = clients.client().putObject(request, sent.body());
            errors.requireCreated(attempted, answer);
        } catch (RuntimeException e) {
            throw sent.failure().orElseGet(() -> errors.classify(attempted, e));
        }
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        requireOpen();
        String attempted = "read " + key;
        if (range.length() == 0) {
            // No request asks for no bytes.
            ObjectInfo info = stat(key).orElseThrow(() -> missing(key));
            reading.requireWithin(attempted, range, info.size());
            return InputStream.nullInputStream();
        }
        return reading.read(key, range, requests.read(key, range));
    }

    private ObjectNotFoundException missing(ObjectKey key) {
        return new ObjectNotFoundException("there is no object " + key + " in " + place);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        requireOpen();
        try {
            HeadObjectResponse answer = clients.client().headObject(requests.stat(key));
            errors.requireObject("stat " + key, answer.eTag(), answer.contentType());
            return Optional.of(info(key, answer.contentLength(), answer.lastModified()));
        } catch (S3Exception e) {
            if (WORDLESS.contains(e.statusCode())) {
                return statByRead(key);
            }
            throw errors.classify("stat " + key, e);
        } catch (RuntimeException e) {
            throw errors.classify("stat " + key, e);
        }
    }

    /** Learns whether object or bucket is missing, why it is denied, or whether S3 speaks at all. */
    private Optional<ObjectInfo> statByRead(ObjectKey key) throws StorageException {
        try (ResponseInputStream<GetObjectResponse> stream =
                clients.client().getObject(requests.read(key, ByteRange.all()))) {
            GetObjectResponse answer = stream.response();
            stream.abort();
            errors.requireObject("stat " + key, answer.eTag(), answer.contentType());
            return Optional.of(info(key, answer.contentLength(), answer.lastModified()));
        } catch (IOException | RuntimeException e) {
            StorageException failure = errors.classify("stat " + key, e);
            if (failure instanceof ObjectNotFoundException) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private ObjectInfo info(ObjectKey key, @Nullable Long size, @Nullable Instant created)
            throws StorageUnavailableException {
        if (size == null || created == null) {
            throw errors.notS3("stat " + key, "it says no size or time");
        }
        return new ObjectInfo(key, size, created);
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        requireOpen();
        return new LevelListing(place, clients, errors).of(prefix);
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        requireOpen();
        return new Deletion(place, clients, errors).of(keys);
    }

    @Override
    public void close() {
        closed = true;
        clients.close();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage of " + place + " is closed");
        }
    }

    /** Bucket and path, for messages. */
    @Override
    public String toString() {
        return place.toString();
    }
}
