package io.pgbackup.gcs.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** A bucket of the server. Names sort by their bytes in UTF-8. Safe for use by many threads. */
final class StoredBucket {
    private final ConcurrentSkipListMap<String, StoredObject> objects = new ConcurrentSkipListMap<>((left, right) ->
            Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));
    private final Locks locks;

    /** What a bucket makes of retentions and holds of its objects. */
    enum Locks {
        /** All are kept. */
        KEPT,
        /** Holds are kept, a retention is refused: the store's default. */
        NO_RETENTION,
        /** All are forgotten without a word, as some emulators do. */
        IGNORED
    }

    StoredBucket(Locks locks) {
        this.locks = locks;
    }

    Locks locks() {
        return locks;
    }

    ConcurrentSkipListMap<String, StoredObject> objects() {
        return objects;
    }

    StoredObject require(String bucket, String name) throws Refusal {
        return Optional.ofNullable(objects.get(name))
                .orElseThrow(() -> new Refusal(404, "notFound", "No such object: " + bucket + "/" + name));
    }
}
