package io.pgbackup.gcs;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A bucket and a path in it.
 *
 * @param bucket its name
 * @param folder what every object name begins with: empty, or ends with a slash
 */
record GcsLocation(String bucket, String folder) {
    /** Limit of the store. */
    private static final int MAX_NAME_BYTES = 1024;

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

    static GcsLocation parse(StorageLocation location) throws StorageFaultException {
        URI uri = location.uri();
        if (uri.isOpaque() || uri.getRawAuthority() == null) {
            throw refused(location, "it has the form gs://bucket or gs://bucket/path");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw refused(location, "parameters and fragments are not understood; settings belong into Gcs");
        }
        String bucket = uri.getRawAuthority();
        if (!BUCKET.matcher(bucket).matches()) {
            throw refused(location, "'" + bucket + "' is not the name of a bucket");
        }
        String path = uri.getPath().replaceFirst("^/", "").replaceFirst("/$", "");
        try {
            ObjectPrefix.of(path);
        } catch (IllegalArgumentException e) {
            throw refused(location, "its path is no prefix of keys: " + e.getMessage());
        }
        return new GcsLocation(bucket, path.isEmpty() ? "" : path + "/");
    }

    private static StorageFaultException refused(StorageLocation location, String why) {
        return new StorageFaultException("cannot use the location " + location + ": " + why);
    }

    /** The name of an object in the bucket. */
    String name(ObjectKey key) throws StorageFaultException {
        String name = folder + key;
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_NAME_BYTES) {
            throw new StorageFaultException("cannot use the key " + key + " in " + this + ": the name has " + bytes
                    + " bytes in UTF-8, the store allows " + MAX_NAME_BYTES);
        }
        return name;
    }

    /** What the names of all objects under a prefix begin with. */
    String start(ObjectPrefix prefix) {
        return prefix.equals(ObjectPrefix.root()) ? folder : folder + prefix + "/";
    }

    /** The key with this name. Empty for what no key can be, such as the placeholders of folders that consoles make: it is not ours. */
    Optional<ObjectKey> key(String name) {
        try {
            return name.startsWith(folder)
                    ? Optional.of(ObjectKey.of(name.substring(folder.length())))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The prefix with this name, which ends with a slash. */
    Optional<ObjectPrefix> prefix(String name) {
        return key(name.substring(0, Math.max(0, name.length() - 1))).map(key -> ObjectPrefix.of(key.toString()));
    }

    @Override
    public String toString() {
        return "gs://" + bucket + "/" + folder;
    }
}
