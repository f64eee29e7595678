package io.pgbackup.gcs;

import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks at objects and reads them. */
final class Reading {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");
    private static final int PARTIAL = 206;
    private static final int NOT_SATISFIABLE = 416;
    private static final int MISSING = 404;

    private final Storage client;
    private final GcsLocation location;
    private final ObjectOptions options;
    private final GcsErrors errors;
    private final GcsBucket bucket;

    Reading(Storage client, GcsLocation location, ObjectOptions options, GcsErrors errors, GcsBucket bucket) {
        this.client = client;
        this.location = location;
        this.options = options;
        this.errors = errors;
        this.bucket = bucket;
    }

    Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
        String attempted = "look at " + key;
        String name = location.name(key);
        StorageObject found;
        try {
            found = client.objects()
                    .get(location.bucket(), name)
                    .setFields("name,size,timeCreated")
                    .execute();
        } catch (HttpResponseException e) {
            if (bucket.lacksObject(attempted, StoreReply.of(e))) {
                return Optional.empty();
            }
            throw errors.classify(attempted, e);
        } catch (IOException e) {
            throw errors.classify(attempted, e);
        } catch (RuntimeException e) {
            // What Google's parser throws at something that is no JSON, or JSON of another kind.
            throw errors.strange(attempted, "it cannot be read", e);
        }
        if (found == null || !name.equals(found.getName())) {
            throw errors.strange(attempted, "it does not name the object", null);
        }
        bucket.seen();
        return Optional.of(info(attempted, key, found));
    }

    /** The facts of an object as any answer of the store tells them. */
    ObjectInfo info(String attempted, ObjectKey key, StorageObject object) throws StorageException {
        if (object.getSize() == null || object.getTimeCreated() == null) {
            throw errors.strange(attempted, "it lacks size or time of " + key, null);
        }
        return new ObjectInfo(
                key,
                object.getSize().longValueExact(),
                Instant.ofEpochMilli(object.getTimeCreated().getValue()));
    }

    InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        if (range.length() == 0) {
            return nothing(key, range);
        }
        return read(key, range, Optional.empty());
    }

    /** At least one byte, of the object or of one generation of it. */
    InputStream read(ObjectKey key, ByteRange range, Optional<Long> generation) throws StorageException {
        String attempted = "read " + key;
        HttpResponse response;
        try {
            Storage.Objects.Get request = request(location.name(key), range);
            generation.ifPresent(request::setGeneration);
            response = request.executeMedia();
        } catch (HttpResponseException e) {
            if (generation.isPresent() && e.getStatusCode() == MISSING) {
                throw errors.fault(
                        attempted, "generation " + generation.get() + ", which the store listed, is no longer there");
            }
            throw refused(key, range, e);
        } catch (IOException e) {
            throw errors.classify(attempted, e);
        }
        bucket.seen();
        return opened(key, range, response);
    }

    private InputStream nothing(ObjectKey key, ByteRange range) throws StorageException {
        ObjectInfo info = stat(key).orElseThrow(() -> missing(key, null));
        if (range.offset() > info.size()) {
            throw beyond(key, range, info.size());
        }
        return InputStream.nullInputStream();
    }

    private Storage.Objects.Get request(String name, ByteRange range) throws IOException {
        Storage.Objects.Get get = client.objects().get(location.bucket(), name);
        // Bytes as they are stored, whatever lies between.
        get.setReturnRawInputStream(true);
        get.getRequestHeaders().setAcceptEncoding("identity");
        if (!range.isAll()) {
            get.getRequestHeaders().setRange("bytes=" + range.offset() + "-" + (range.offset() + range.length() - 1));
        }
        if (options.encryption() instanceof ObjectOptions.CustomerKey key) {
            CustomerKey.send(key.key(), get.getRequestHeaders());
        }
        return get;
    }

    private StorageException refused(ObjectKey key, ByteRange range, HttpResponseException failure)
            throws StorageException {
        String attempted = "read " + key;
        if (failure.getStatusCode() == NOT_SATISFIABLE) {
            return errors.fault(attempted, "the " + describe(range) + " does not lie within it");
        }
        if (failure.getStatusCode() != MISSING) {
            return errors.classify(attempted, failure);
        }
        // Downloads are refused in plain words that anybody could have said.
        return stat(key).isEmpty()
                ? missing(key, failure)
                : errors.strange(attempted, "missing, but it is there", failure);
    }

    private ObjectNotFoundException missing(ObjectKey key, @Nullable Throwable cause) {
        return new ObjectNotFoundException(
                "cannot read " + key + " in " + location + ": there is no such object", cause);
    }

    StorageException beyond(ObjectKey key, ByteRange range, long size) {
        return errors.fault("read " + key, "the " + describe(range) + " does not lie within its " + size + " bytes");
    }

    private static String describe(ByteRange range) {
        return "range " + range.offset() + "+" + range.length();
    }

    private InputStream opened(ObjectKey key, ByteRange range, HttpResponse response) throws StorageException {
        boolean taken = false;
        try {
            ObjectStream.Expected expected = expected(key, range, response);
            InputStream stream = new ObjectStream(response.getContent(), expected, response::disconnect);
            taken = true;
            return stream;
        } catch (IOException e) {
            throw errors.classify("read " + key, e);
        } finally {
            if (!taken) {
                letGo(response);
            }
        }
    }

    private static void letGo(HttpResponse response) {
        try {
            response.disconnect();
        } catch (IOException e) {
            // The failure that brought us here says more.
        }
    }

    private ObjectStream.Expected expected(ObjectKey key, ByteRange range, HttpResponse response)
            throws StorageException {
        HttpHeaders headers = response.getHeaders();
        String attempted = "read " + key;
        // The store says both with each object; whatever answers in its place says neither.
        if (headers.getFirstHeaderStringValue("x-goog-generation") == null
                && headers.getFirstHeaderStringValue("x-goog-hash") == null) {
            throw errors.strange(attempted, "neither generation nor hash of an object", null);
        }
        if (headers.getContentEncoding() != null
                && !headers.getContentEncoding().equals("identity")) {
            throw errors.fault(attempted, "the store sent it encoded as " + headers.getContentEncoding());
        }
        Digest digest =
                Digest.find(headers.getHeaderStringValues("x-goog-hash")).orElse(null);
        if (range.isAll()) {
            return new ObjectStream.Expected(key, whole(attempted, response), digest);
        }
        String value = String.valueOf(headers.getContentRange());
        Matcher told = CONTENT_RANGE.matcher(value);
        if (response.getStatusCode() != PARTIAL || !told.matches()) {
            throw errors.fault(
                    attempted,
                    "asked for a range the store answered " + response.getStatusCode() + " with the range '" + value
                            + "'");
        }
        long total = Long.parseLong(told.group(3));
        if (range.offset() + range.length() > total) {
            throw beyond(key, range, total);
        }
        if (Long.parseLong(told.group(1)) != range.offset()
                || Long.parseLong(told.group(2)) != range.offset() + range.length() - 1) {
            throw errors.fault(attempted, "the store sent the range '" + value + "' for the " + describe(range));
        }
        return new ObjectStream.Expected(key, range.length(), range.length() == total ? digest : null);
    }

    private long whole(String attempted, HttpResponse response) throws StorageException {
        Long length = response.getHeaders().getContentLength();
        if (response.getStatusCode() != 200 || length == null) {
            throw errors.fault(attempted, "the store answered " + response.getStatusCode() + " without a length");
        }
        return length;
    }
}
