package io.pgbackup.gcs;

import com.google.api.client.googleapis.batch.BatchRequest;
import com.google.api.client.googleapis.batch.json.JsonBatchCallback;
import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonErrorContainer;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.services.storage.Storage;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Deletes objects, up to a hundred with one request. A request that fails as a whole is reported for each of its keys, and the next is sent. */
final class Deletion {
    /** Limit of the store. */
    private static final int BATCH = 100;

    private final Storage client;
    private final GcsClient initializer;
    private final GcsLocation location;
    private final GcsErrors errors;
    private final GcsBucket bucket;

    Deletion(Storage client, GcsClient initializer, GcsLocation location, GcsErrors errors, GcsBucket bucket) {
        this.client = client;
        this.initializer = initializer;
        this.location = location;
        this.errors = errors;
        this.bucket = bucket;
    }

    DeleteReport delete(Collection<ObjectKey> keys) {
        Map<ObjectKey, StorageException> failures = new HashMap<>();
        List<ObjectKey> distinct = new ArrayList<>(new LinkedHashSet<>(keys));
        for (int begin = 0; begin < distinct.size(); begin += BATCH) {
            Batch batch = new Batch(distinct.subList(begin, Math.min(begin + BATCH, distinct.size())));
            batch.send();
            failures.putAll(batch.failures());
        }
        return new DeleteReport(failures);
    }

    /** One request, and what became of its keys. */
    private final class Batch {
        private final List<ObjectKey> keys;
        private final Set<ObjectKey> deleted = new HashSet<>();
        private final Map<ObjectKey, StoreReply> refused = new HashMap<>();
        private final Map<ObjectKey, StorageException> failures = new HashMap<>();

        Batch(List<ObjectKey> keys) {
            this.keys = keys;
        }

        void send() {
            Function<String, StorageException> unanswered =
                    attempted -> errors.strange(attempted, "it does not speak of this object", null);
            try {
                execute();
            } catch (IOException e) {
                unanswered = attempted -> errors.classify(attempted, e);
            } catch (RuntimeException e) {
                unanswered = attempted -> errors.strange(attempted, "it cannot be read", e);
            }
            for (ObjectKey key : keys) {
                if (refused.containsKey(key)) {
                    judge(key, refused.get(key));
                } else if (deleted.contains(key)) {
                    bucket.seen();
                } else if (!failures.containsKey(key)) {
                    // What was answered before the request failed counts.
                    failures.put(key, unanswered.apply("delete " + key));
                }
            }
        }

        private void execute() throws IOException {
            BatchRequest request = client.batch(initializer);
            for (ObjectKey key : keys) {
                try {
                    HttpRequest inner = client.objects()
                            .delete(location.bucket(), location.name(key))
                            .buildHttpRequest();
                    request.queue(
                            inner,
                            Void.class,
                            GoogleJsonErrorContainer.class,
                            answerFor(key, inner.getHeaders().getAuthorization()));
                } catch (StorageException e) {
                    failures.put(key, e);
                }
            }
            if (request.size() > 0) {
                request.execute();
            }
        }

        private JsonBatchCallback<Void> answerFor(ObjectKey key, @Nullable String authorization) {
            return new JsonBatchCallback<>() {
                @Override
                public void onSuccess(@Nullable Void nothing, HttpHeaders headers) {
                    deleted.add(key);
                }

                @Override
                public void onFailure(@Nullable GoogleJsonError error, HttpHeaders headers) {
                    if (error != null
                            && error.getCode() == GcsClient.UNAUTHORIZED
                            && initializer.anotherMayHelp(authorization)) {
                        failures.put(key, errors.classify("delete " + key, new RefusedTokenException()));
                        return;
                    }
                    refused.put(key, StoreReply.of(error == null ? 0 : error.getCode(), error, headers));
                }
            };
        }

        private void judge(ObjectKey key, StoreReply reply) {
            String attempted = "delete " + key;
            try {
                if (!bucket.lacksObject(attempted, reply)) {
                    failures.put(key, errors.classify(attempted, reply, null));
                }
            } catch (StorageException e) {
                failures.put(key, e);
            }
        }

        Map<ObjectKey, StorageException> failures() {
            return failures;
        }
    }
}
