package io.pgbackup.azure;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The parts of a connection string: {@code AccountName=…;AccountKey=…;EndpointSuffix=…}. Messages name parts, never their values. */
final class ConnectionString {
    private final Map<String, String> parts;

    private ConnectionString(Map<String, String> parts) {
        this.parts = parts;
    }

    static ConnectionString parse(String text) {
        Map<String, String> parts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String part : text.strip().split(";", -1)) {
            int equals = part.indexOf('=');
            if (part.isBlank()) {
                continue;
            }
            if (equals < 1) {
                throw new CredentialException(
                        "the connection string has a part that is not written NAME=VALUE (its number "
                                + (parts.size() + 1) + ")");
            }
            parts.put(
                    part.substring(0, equals).strip(),
                    part.substring(equals + 1).strip());
        }
        if (parts.containsKey("AccountKey") == parts.containsKey("SharedAccessSignature")) {
            throw new CredentialException(
                    "the connection string must hold exactly one of AccountKey and SharedAccessSignature; it holds "
                            + (parts.isEmpty() ? "nothing" : String.join(", ", parts.keySet())));
        }
        return new ConnectionString(parts);
    }

    /** The key of the account, unless a signature is there. */
    Optional<String> accountKey() {
        return Optional.ofNullable(parts.get("AccountKey"));
    }

    Optional<String> sharedAccessSignature() {
        return Optional.ofNullable(parts.get("SharedAccessSignature"));
    }

    /** URL of the account; empty if the string leaves it to the location. */
    Optional<String> endpoint(String account) {
        requireAccount(account);
        Optional<String> named = Optional.ofNullable(parts.get("BlobEndpoint")).map(url -> url.replaceAll("/+$", ""));
        if (named.isPresent()) {
            return named;
        }
        String protocol =
                parts.getOrDefault("DefaultEndpointsProtocol", "https").toLowerCase(Locale.ROOT);
        return Optional.ofNullable(parts.get("EndpointSuffix"))
                .map(suffix -> protocol + "://" + account + ".blob." + suffix);
    }

    private void requireAccount(String account) {
        String named = parts.getOrDefault("AccountName", account);
        if (!named.equals(account)) {
            throw new CredentialException(
                    "the connection string is for the account '" + named + "', the location names '" + account + "'");
        }
    }
}
