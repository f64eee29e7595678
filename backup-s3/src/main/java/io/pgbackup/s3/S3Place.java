package io.pgbackup.s3;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where in which bucket the objects are, and what S3 calls them. A repository may be the root of its bucket.
 *
 * @param bucket name of the bucket
 * @param path what all names begin with; the root for none
 */
record S3Place(String bucket, ObjectPrefix path) {
    String name(ObjectKey key) {
        return root() + key;
    }

    /** The beginning of all names directly or deeper below a prefix: empty or ending with a slash. */
    String below(ObjectPrefix prefix) {
        return prefix.equals(ObjectPrefix.root()) ? root() : root() + prefix + "/";
    }

    /** The key of a name; empty for names that are none of ours. */
    Optional<ObjectKey> key(String name) {
        if (!name.startsWith(root())) {
            return Optional.empty();
        }
        try {
            return Optional.of(ObjectKey.of(name.substring(root().length())));
        } catch (IllegalArgumentException e) {
            // Somebody else's object, such as the empty one by which consoles show a folder.
            return Optional.empty();
        }
    }

    /** The prefix of a name that ends with a slash; empty if it is none of ours. */
    Optional<ObjectPrefix> prefix(String below, @Nullable String name) {
        if (name == null || name.length() <= below.length() || !name.endsWith("/")) {
            return Optional.empty();
        }
        return key(name.substring(0, name.length() - 1)).map(key -> ObjectPrefix.of(key.toString()));
    }

    private String root() {
        return path.equals(ObjectPrefix.root()) ? "" : path + "/";
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + path;
    }
}
