package io.pgbackup.gcs;

import com.google.api.client.googleapis.batch.BatchRequest;
import com.google.api.client.googleapis.batch.json.JsonBatchCallback;
import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.services.storage.Storage;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deletes objects, up to a hundred with one request. A request that fails as a whole is reported for each of its keys, and the next is sent. */
final class Deletion {
    /** Limit of the store. */
    private static final int BATCH = 100;

    private final Storage client;
    private final HttpRequestInitializer initializer;
    private final GcsLocation location;
    private final GcsErrors errors;
    private final GcsBucket bucket;

    Deletion(
            Storage client,
            HttpRequestInitializer initializer,
            GcsLocation location,
            GcsErrors errors,
            GcsBucket bucket) {
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
            deleteBatch(distinct.subList(begin, Math.min(begin + BATCH, distinct.size())), failures);
        }
        return new DeleteReport(failures);
    }

    private void deleteBatch(List<ObjectKey> keys, Map<ObjectKey, StorageException> failures) {
        Map<ObjectKey, Optional<StoreReply>> answers = new LinkedHashMap<>();
        try {
            BatchRequest batch = client.batch(initializer);
            for (ObjectKey key : keys) {
                queue(batch, key, answers, failures);
            }
            if (batch.size() > 0) {
                batch.execute();
            }
        } catch (IOException e) {
            // What was answered before counts.
            keys.forEach(key -> answers.computeIfAbsent(key, unanswered -> {
                failures.putIfAbsent(unanswered, errors.classify("delete " + unanswered, e));
                return Optional.empty();
            }));
        } catch (IllegalArgumentException | IllegalStateException e) {
            keys.forEach(key -> answers.computeIfAbsent(key, unanswered -> {
                failures.putIfAbsent(unanswered, errors.strange("delete " + unanswered, "not a batch", e));
                return Optional.empty();
            }));
        }
        for (ObjectKey key : keys) {
            judge(key, answers, failures);
        }
    }

    private void queue(
            BatchRequest batch,
            ObjectKey key,
            Map<ObjectKey, Optional<StoreReply>> answers,
            Map<ObjectKey, StorageException> failures)
            throws IOException {
        String name;
        try {
            name = location.name(key);
        } catch (StorageException e) {
            failures.put(key, e);
            return;
        }
        client.objects().delete(location.bucket(), name).queue(batch, new JsonBatchCallback<Void>() {
            @Override
            public void onSuccess(Void nothing, HttpHeaders headers) {
                answers.put(key, Optional.empty());
            }

            @Override
            public void onFailure(GoogleJsonError error, HttpHeaders headers) {
                answers.put(key, Optional.of(StoreReply.of(error == null ? 0 : error.getCode(), error, headers)));
            }
        });
    }

    private void judge(
            ObjectKey key, Map<ObjectKey, Optional<StoreReply>> answers, Map<ObjectKey, StorageException> failures) {
        String attempted = "delete " + key;
        Optional<StoreReply> answer = answers.get(key);
        if (failures.containsKey(key)) {
            return;
        }
        if (answer == null) {
            failures.put(key, errors.strange(attempted, "it does not speak of this object", null));
        } else if (answer.isPresent()) {
            try {
                if (!bucket.lacksObject(attempted, answer.get())) {
                    failures.put(key, errors.classify(attempted, answer.get(), null));
                }
            } catch (StorageException e) {
                failures.put(key, e);
            }
        } else {
            bucket.seen();
        }
    }
}
