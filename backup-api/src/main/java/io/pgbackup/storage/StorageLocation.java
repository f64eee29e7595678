package io.pgbackup.storage;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a repository is: a URI whose scheme chooses the provider. Passwords in the URI and parameters that hold signatures or secrets are
 * refused, so a location may be printed anywhere; a user name is allowed. Immutable.
 */
public final class StorageLocation {
    /** In lower case and without anything but letters and digits. */
    private static final Set<String> SECRET_PARAMETERS = Set.of(
            "sig",
            "signature",
            "xamzsignature",
            "xamzsecuritytoken",
            "xgoogsignature",
            "password",
            "passphrase",
            "secret",
            "secretkey",
            "secretaccesskey",
            "accountkey",
            "sastoken",
            "accesstoken",
            "sessiontoken",
            "token");

    private static final Pattern PARTS = Pattern.compile("(?<authority>[^/?#]*)[^?#]*(?<parameters>.*)");
    private static final Pattern HOST = Pattern.compile("(\\[[^\\]]*]|[^:]*)(:[0-9]*)?");
    private static final Pattern NOT_ALPHANUMERIC = Pattern.compile("[^A-Za-z0-9]");

    private final URI uri;

    private StorageLocation(URI uri) {
        this.uri = uri;
    }

    /**
     * Parses a location; the inverse of {@link #toString()}. The message of the exception never repeats the value: it may hold a secret.
     *
     * @param value a URI with a scheme
     * @return the location
     * @throws IllegalArgumentException if the value is not a URI, has no scheme, or holds a password or a signature
     */
    public static StorageLocation parse(String value) {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "a repository location is a URI; this one is not at index " + e.getIndex() + ": " + e.getReason());
        }
        if (uri.getScheme() == null) {
            throw new IllegalArgumentException("a repository location begins with a scheme such as file: or s3:");
        }
        rejectSecrets(uri);
        return new StorageLocation(uri);
    }

    private static void rejectSecrets(URI uri) {
        String rest = uri.getRawSchemeSpecificPart();
        if (uri.getRawFragment() != null) {
            rest += "#" + uri.getRawFragment();
        }
        int slashes = rest.indexOf("//");
        // A scheme may wrap the vendor's own URL: azure:https://account.example/container.
        boolean hasAuthority = slashes == 0 || (slashes > 0 && rest.charAt(slashes - 1) == ':');
        Matcher parts = PARTS.matcher(hasAuthority ? rest.substring(slashes + 2) : rest);
        if (parts.matches()) {
            rejectPassword(parts.group("authority"), hasAuthority);
            rejectSignature(parts.group("parameters"));
        }
    }

    private static void rejectPassword(String authority, boolean hasAuthority) {
        int at = authority.lastIndexOf('@');
        String user = authority.substring(0, Math.max(at, 0)).toLowerCase(Locale.ROOT);
        if (user.contains(":") || user.contains("%3a")) {
            throw new IllegalArgumentException(
                    "a repository location cannot hold a password: give it as a SecretSource");
        }
        // user:pa/ss@host has an authority that ends within the password.
        if (hasAuthority && !HOST.matcher(authority.substring(at + 1)).matches()) {
            throw new IllegalArgumentException(
                    "a repository location has a host and perhaps a numeric port after its two slashes; this one has not");
        }
    }

    private static void rejectSignature(String parameters) {
        for (String parameter : parameters.split("[?#&;]")) {
            String name = parameter.substring(0, (parameter + "=").indexOf('='));
            String plain = NOT_ALPHANUMERIC
                    .matcher(URLDecoder.decode(name, StandardCharsets.UTF_8))
                    .replaceAll("")
                    .toLowerCase(Locale.ROOT);
            if (SECRET_PARAMETERS.contains(plain)) {
                throw new IllegalArgumentException(
                        "a repository location cannot hold the signature or secret parameter '" + plain
                                + "': give it as a SecretSource");
            }
        }
    }

    /**
     * The scheme, in lower case.
     *
     * @return for example {@code file}
     */
    public String scheme() {
        return uri.getScheme().toLowerCase(Locale.ROOT);
    }

    /**
     * The whole URI.
     *
     * @return a URI without secrets
     */
    public URI uri() {
        return uri;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StorageLocation location && location.uri.equals(uri);
    }

    @Override
    public int hashCode() {
        return uri.hashCode();
    }

    /** The location as {@link #parse(String)} reads it. */
    @Override
    public String toString() {
        return uri.toString();
    }
}
