package io.pgbackup.azure;

import com.azure.storage.blob.BlobAsyncClient;
import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.models.BlobDownloadAsyncResponse;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.DownloadRetryOptions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
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
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Objects as block blobs of one container. An object is one conditional Put Blob: it is there whole or not at all, and never replaces
 * another. Every object is deleted by a request of its own; snapshots and older versions are left to their owners. Safe for use by many
 * threads.
 */
final class AzureStorage implements Storage {
    private static final int CONCURRENT_DELETES = 16;
    private static final int LARGEST_PAGE = 5_000;
    /** What the HTTP client has taken may still lie in buffers before a slow line. */
    private static final Duration LAST_BYTES_AND_ANSWER = Duration.ofMinutes(5);

    private static final String DIRECTORY_MARK = "hdi_isfolder";

    private final AzureLocation location;
    private final Connection connection;
    private final Uploads uploads;
    private final int pageSize;
    private volatile boolean closed;

    AzureStorage(AzureLocation location, Connection connection, Uploads uploads) {
        this(location, connection, uploads, LARGEST_PAGE);
    }

    AzureStorage(AzureLocation location, Connection connection, Uploads uploads, int pageSize) {
        this.location = location;
        this.connection = connection;
        this.uploads = uploads;
        this.pageSize = pageSize;
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        requireOpen();
        uploads.requireHonoured(key, attributes);
        try (PayloadBody body = new PayloadBody(key, payload)) {
            if (payload.size() == 0) {
                body.requireEmpty();
            }
            BlockBlobSimpleUploadOptions options = uploads.options(body.bytes(), payload.size(), attributes);
            try {
                await(blob(key)
                        .getBlockBlobAsyncClient()
                        .uploadWithResponse(options)
                        .timeout(body.taken().delayElement(LAST_BYTES_AND_ANSWER)));
            } catch (RuntimeException e) {
                throw body.failure()
                        .orElseGet(() -> AzureErrors.classifyCreate("create " + key + " in " + location, e));
            }
        }
        if (Uploads.isLocked(attributes)) {
            confirm(key, attributes);
        }
    }

    /** A store that knows nothing of locks ignores the headers that ask for one. */
    private void confirm(ObjectKey key, ObjectAttributes attributes) throws StorageException {
        BlobProperties properties = properties(key)
                .orElseThrow(() -> new StorageFaultException("cannot create " + key + " in " + location
                        + ": it vanished when its lock was to be confirmed"));
        if (!uploads.confirms(properties, attributes)) {
            delete(List.of(key));
            throw new StorageFaultException("cannot create " + key + " in " + location
                    + ": the store ignored the lock; version-level immutability must be switched on for the container");
        }
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        requireOpen();
        if (range.length() == 0) {
            ObjectInfo info = stat(key).orElseThrow(() -> missing(key));
            requireWithin(key, range, info.size());
            return InputStream.nullInputStream();
        }
        BlobRange wanted = range.isAll() ? new BlobRange(0) : new BlobRange(range.offset(), range.length());
        BlobDownloadAsyncResponse response;
        try {
            response = await(blob(key)
                    .downloadStreamWithResponse(
                            wanted, new DownloadRetryOptions().setMaxRetryRequests(0), null, false));
        } catch (RuntimeException e) {
            throw classify("read " + key, e);
        }
        long length = response.getDeserializedHeaders().getContentLength();
        BlobStream stream = new BlobStream(response.getValue(), length, failure -> classify("read " + key, failure));
        if (!range.isAll() && length != range.length()) {
            stream.close();
            throw new StorageFaultException("cannot read " + key + " in " + location + ": the range " + range.offset()
                    + "+" + range.length() + " does not lie within the object");
        }
        return stream;
    }

    private void requireWithin(ObjectKey key, ByteRange range, long size) throws StorageFaultException {
        try {
            range.lengthWithin(size);
        } catch (IndexOutOfBoundsException e) {
            throw new StorageFaultException("cannot read " + key + " in " + location + ": " + e.getMessage(), e);
        }
    }

    private ObjectNotFoundException missing(ObjectKey key) {
        return new ObjectNotFoundException("there is no object " + key + " in " + location);
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        requireOpen();
        Optional<BlobProperties> found =
                properties(key).filter(properties -> !properties.getMetadata().containsKey(DIRECTORY_MARK));
        return found.isEmpty() ? Optional.empty() : Optional.of(info(key, found.get()));
    }

    private ObjectInfo info(ObjectKey key, BlobProperties found) throws StorageUnavailableException {
        if (found.getCreationTime() == null) {
            throw new StorageUnavailableException(
                    "cannot stat " + key + " in " + location
                            + ": the answer is not that of a store; something in between may have given it",
                    null);
        }
        return new ObjectInfo(key, found.getBlobSize(), found.getCreationTime().toInstant());
    }

    private Optional<BlobProperties> properties(ObjectKey key) throws StorageException {
        try {
            return Optional.of(await(blob(key).getProperties()));
        } catch (RuntimeException e) {
            StorageException failure = classify("stat " + key, e);
            if (failure instanceof ObjectNotFoundException) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    @Override
    public Listing list(ObjectPrefix prefix) throws StorageException {
        requireOpen();
        ListBlobsOptions options =
                new ListBlobsOptions().setPrefix(location.blobPrefix(prefix)).setMaxResultsPerPage(pageSize);
        List<ObjectInfo> objects = new ArrayList<>();
        List<ObjectPrefix> prefixes = new ArrayList<>();
        try {
            for (BlobItem item :
                    await(container().listBlobsByHierarchy("/", options).collectList())) {
                add(item, objects, prefixes);
            }
        } catch (RuntimeException e) {
            throw classify("list '" + prefix + "'", e);
        }
        objects.sort(Comparator.comparing(ObjectInfo::key));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    /** Passes over names that no key can have: they are not ours. */
    private void add(BlobItem item, List<ObjectInfo> objects, List<ObjectPrefix> prefixes) {
        String name = location.relative(item.getName());
        try {
            if (Boolean.TRUE.equals(item.isPrefix())) {
                prefixes.add(ObjectPrefix.of(name.substring(0, name.length() - 1)));
            } else {
                objects.add(new ObjectInfo(
                        ObjectKey.of(name),
                        item.getProperties().getContentLength(),
                        item.getProperties().getCreationTime().toInstant()));
            }
        } catch (IllegalArgumentException e) {
            // Somebody else's.
        }
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
        requireOpen();
        Map<ObjectKey, StorageException> failures = new ConcurrentHashMap<>();
        BlobContainerAsyncClient container = container();
        try {
            Flux.fromIterable(new LinkedHashSet<>(keys))
                    .flatMap(key -> delete(container, key, failures), CONCURRENT_DELETES)
                    .blockLast();
        } catch (RuntimeException e) {
            throw classify("delete " + keys.size() + " objects", e);
        }
        return new DeleteReport(failures);
    }

    private Mono<Void> delete(
            BlobContainerAsyncClient container, ObjectKey key, Map<ObjectKey, StorageException> failures) {
        return container
                .getBlobAsyncClient(location.blob(key))
                .delete()
                // Obtaining a credential may block, which the threads of the HTTP client must not do.
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorResume(e -> {
                    StorageException failure = classify("delete " + key, e);
                    if (!(failure instanceof ObjectNotFoundException)) {
                        failures.put(key, failure);
                    }
                    return Mono.empty();
                });
    }

    private BlobContainerAsyncClient container() throws StorageException {
        try {
            return connection.container();
        } catch (RuntimeException e) {
            throw classify("connect", e);
        }
    }

    private BlobAsyncClient blob(ObjectKey key) throws StorageException {
        return container().getBlobAsyncClient(location.blob(key));
    }

    private static <T> T await(Mono<T> reply) {
        T value = reply.block();
        if (value == null) {
            throw new IllegalStateException("the SDK completed a request without a result");
        }
        return value;
    }

    private StorageException classify(String attempt, Throwable failure) {
        return AzureErrors.classify(attempt + " in " + location, failure);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the storage of " + location + " is closed");
        }
    }

    /** The place, for messages. */
    @Override
    public String toString() {
        return location.toString();
    }
}
