package io.pgbackup.sftp;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** How the key of a server is checked. */
sealed interface HostKeys {
    /**
     * It must stand in a file of OpenSSH's format.
     *
     * @param file read anew for each connection
     */
    record Known(Path file) implements HostKeys {}

    /**
     * The same, but the key of a server that the file does not know is added to it. A changed key is refused.
     *
     * @param file read anew for each connection, and appended to
     */
    record AcceptNew(Path file) implements HostKeys {}

    /**
     * Its fingerprint must be one of these.
     *
     * @param fingerprints as {@code SHA256:} and 43 characters of Base64
     */
    record Pinned(Set<String> fingerprints) implements HostKeys {
        private static final String PREFIX = "SHA256:";
        private static final String BASE64 = "[A-Za-z0-9+/]{43}";
        private static final String HEXADECIMAL = "[0-9a-f]{64}";

        /** Writes them all in one way. */
        public Pinned {
            Set<String> normal = new LinkedHashSet<>();
            fingerprints.forEach(fingerprint -> normal.add(normalized(fingerprint)));
            fingerprints = Set.copyOf(normal);
        }

        private static String normalized(String fingerprint) {
            String trimmed = fingerprint.strip();
            String hexadecimal = trimmed.replace(":", "").toLowerCase(Locale.ROOT);
            if (hexadecimal.matches(HEXADECIMAL)) {
                return PREFIX + OfferedKey.base64(java.util.HexFormat.of().parseHex(hexadecimal));
            }
            String digest = trimmed.startsWith(PREFIX) ? trimmed.substring(PREFIX.length()) : trimmed;
            digest = digest.endsWith("=") ? digest.substring(0, digest.length() - 1) : digest;
            if (!digest.matches(BASE64)) {
                throw new IllegalArgumentException("'" + fingerprint + "' is not the SHA-256 fingerprint of a host key;"
                        + " ssh-keygen -l -f ssh_host_ed25519_key.pub prints it as SHA256: and 43 characters");
            }
            return PREFIX + digest;
        }
    }

    /** It is not checked: anybody between here and the server can be the server. */
    record Unchecked() implements HostKeys {}
}
