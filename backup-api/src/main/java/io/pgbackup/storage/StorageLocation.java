package io.pgbackup.storage;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * Where a repository is: a URI whose scheme chooses the provider. Passwords in the URI and signature parameters are refused, so a
 * location may be printed anywhere. Immutable.
 */
public final class StorageLocation {
    private static final Set<String> SIGNATURE_PARAMETERS =
            Set.of("sig", "x-amz-signature", "x-goog-signature", "signature");

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
        String text = uri.getRawSchemeSpecificPart();
        URI inner = text.contains("://") && !text.startsWith("//") ? URI.create(text) : uri;
        String authority = inner.getRawAuthority();
        if (authority != null && authority.lastIndexOf('@') > authority.indexOf(':') && authority.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "a repository location cannot hold a password: give it as a SecretSource");
        }
        String query = inner.getRawQuery();
        if (query == null) {
            return;
        }
        for (String parameter : query.split("&")) {
            String name = parameter.contains("=") ? parameter.substring(0, parameter.indexOf('=')) : parameter;
            if (SIGNATURE_PARAMETERS.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("a repository location cannot hold the signature parameter '" + name
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
