package io.pgbackup.gcs.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** A bucket of the server. Names sort by their bytes in UTF-8. Safe for use by many threads. */
final class StoredBucket {
    private final ConcurrentSkipListMap<String, StoredObject> objects = new ConcurrentSkipListMap<>((left, right) ->
            Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));
    private final boolean retention;

    /** @param retention whether objects may have a retention of their own, which the store decides at the bucket's creation */
    StoredBucket(boolean retention) {
        this.retention = retention;
    }

    boolean allowsRetention() {
        return retention;
    }

    ConcurrentSkipListMap<String, StoredObject> objects() {
        return objects;
    }

    StoredObject require(String bucket, String name) throws Refusal {
        return Optional.ofNullable(objects.get(name))
                .orElseThrow(() -> new Refusal(404, "notFound", "No such object: " + bucket + "/" + name));
    }
}
