package io.pgbackup.azure;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which container, and where in it. Two forms are understood: {@code azure://account/container/path}, and the vendor's own URL behind
 * {@code azure:}, where an emulator (any host with a port, or an address) has its account as the first element of the path.
 *
 * @param endpoint URL of the account without a slash at the end; empty if only the account is named
 * @param account name of the storage account
 * @param container name of the container
 * @param path the names of all blobs begin with it and a slash; the root for the container itself
 */
record AzureLocation(Optional<String> endpoint, String account, String container, ObjectPrefix path) {
    private static final Pattern ACCOUNT = Pattern.compile("[a-z0-9]{3,24}");
    private static final Pattern CONTAINER = Pattern.compile("[a-z0-9](-?[a-z0-9])+|\\$root");
    private static final int CONTAINER_LENGTH = 63;
    private static final Pattern SHORT = Pattern.compile("//(?<account>[^/]*)(?<path>/.*)?");
    private static final Pattern HOSTED = Pattern.compile(
            "(?<scheme>https?)://(?<authority>(?<account>[A-Za-z0-9-]+)\\.[A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*)(?<path>/.*)?");
    private static final Pattern EMULATED = Pattern.compile(
            "(?<scheme>https?)://(?<authority>[A-Za-z0-9.-]+(:[0-9]+)?|\\[[0-9A-Fa-f:.]+](:[0-9]+)?)/(?<account>[^/]+)(?<path>/.*)?");

    static AzureLocation parse(StorageLocation location) throws StorageFaultException {
        URI uri = location.uri();
        String rest = uri.getSchemeSpecificPart();
        if (uri.getRawFragment() != null || uri.getRawSchemeSpecificPart().contains("?")) {
            throw refused(location, "parameters and fragments are not understood");
        }
        Matcher matcher = SHORT.matcher(rest);
        if (matcher.matches()) {
            return of(location, Optional.empty(), matcher);
        }
        matcher = HOSTED.matcher(rest);
        if (matcher.matches()) {
            String endpoint = matcher.group("scheme") + "://" + matcher.group("authority");
            return of(location, Optional.of(endpoint), matcher);
        }
        matcher = EMULATED.matcher(rest);
        if (matcher.matches()) {
            String authority = matcher.group("authority");
            String endpoint = matcher.group("scheme") + "://" + authority + "/" + matcher.group("account");
            return of(location, Optional.of(endpoint), matcher);
        }
        throw refused(
                location,
                "write azure://account/container/path or azure:https://account.blob.core.windows.net/container/path");
    }

    private static AzureLocation of(StorageLocation location, Optional<String> endpoint, Matcher matcher)
            throws StorageFaultException {
        String account = matcher.group("account");
        if (!ACCOUNT.matcher(account).matches()) {
            throw refused(
                    location,
                    "'" + account + "' is no storage account: 3 to 24 lower-case letters and digits"
                            + " (a secondary endpoint lags behind and cannot hold a repository)");
        }
        String path = Optional.ofNullable(matcher.group("path")).orElse("").replaceAll("^/+|/+$", "");
        int slash = (path + "/").indexOf('/');
        String container = path.substring(0, slash);
        if (container.length() > CONTAINER_LENGTH
                || !CONTAINER.matcher(container).matches()) {
            throw refused(
                    location,
                    "'" + container + "' is no container: 3 to 63 lower-case letters, digits and single hyphens");
        }
        try {
            ObjectPrefix prefix = ObjectPrefix.of(path.substring(Math.min(slash + 1, path.length())));
            return new AzureLocation(endpoint, account, container, prefix);
        } catch (IllegalArgumentException e) {
            throw new StorageFaultException("cannot use the location " + location + ": " + e.getMessage(), e);
        }
    }

    private static StorageFaultException refused(StorageLocation location, String why) {
        return new StorageFaultException("cannot use the location " + location + ": " + why);
    }

    /** The URL of the account, in the cloud with this suffix unless the location names it. */
    String endpoint(String suffix) {
        return endpoint.orElse("https://" + account + ".blob." + suffix);
    }

    /** Where listings begin: with all blobs under the prefix, and no others. */
    String blobPrefix(ObjectPrefix prefix) {
        String joined = join(prefix.toString());
        return joined.isEmpty() ? "" : joined + "/";
    }

    String blob(ObjectKey key) {
        return join(key.toString());
    }

    /** The part of a blob's name that is ours. */
    String relative(String blob) {
        return path.equals(ObjectPrefix.root())
                ? blob
                : blob.substring(path.toString().length() + 1);
    }

    private String join(String relative) {
        if (path.equals(ObjectPrefix.root())) {
            return relative;
        }
        return relative.isEmpty() ? path.toString() : path + "/" + relative;
    }

    /** For messages. */
    @Override
    public String toString() {
        return "azure " + account + "/" + join(container, path);
    }

    private static String join(String container, ObjectPrefix path) {
        return path.equals(ObjectPrefix.root()) ? container : container + "/" + path;
    }
}
