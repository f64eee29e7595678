package io.pgbackup.gcs.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A bucket of the server. Names sort by their bytes in UTF-8. Safe for use by many threads. */
final class StoredBucket {
    private final ConcurrentSkipListMap<String, StoredObject> objects = sorted();
    private final List<StoredObject> former = new CopyOnWriteArrayList<>();
    private final Locks locks;
    private volatile boolean keepsVersions;

    private static ConcurrentSkipListMap<String, StoredObject> sorted() {
        return new ConcurrentSkipListMap<>((left, right) ->
                Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));
    }

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

    void keepVersions() {
        keepsVersions = true;
    }

    /** What was replaced or deleted, of which a version is kept if the bucket keeps any. */
    void gone(StoredObject object, Instant when) {
        if (keepsVersions) {
            former.add(object.noLongerCurrent(when));
        }
    }

    /** All versions, in the order of names and of generations. */
    ConcurrentSkipListMap<String, StoredObject> versions() {
        ConcurrentSkipListMap<String, StoredObject> all = sorted();
        Stream.concat(objects.values().stream(), former.stream())
                .forEach(object -> all.put(object.name() + "\0" + object.generation(), object));
        return all;
    }

    /** An object, or one version of it. */
    Optional<StoredObject> find(String name, Optional<String> generation) {
        return generation.isEmpty()
                ? Optional.ofNullable(objects.get(name))
                : Optional.ofNullable(versions().get(name + "\0" + generation.get()));
    }

    StoredObject require(String bucket, String name) throws Refusal {
        return Optional.ofNullable(objects.get(name))
                .orElseThrow(() -> new Refusal(404, "notFound", "No such object: " + bucket + "/" + name));
    }
}
