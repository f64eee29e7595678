package io.pgbackup.core.crypto;

import java.util.Optional;

/** How frames are protected. One suite per repository; codes are stored and never change. */
public enum Suite {
    /** A digest per frame: damage is found, tampering is not, and everybody can read. Must be asked for by name. */
    UNENCRYPTED(0, "unencrypted"),
    /** AES-256-GCM under a key of each object's own. */
    AES_256_GCM(1, "aes-256-gcm");

    private final int code;
    private final String text;

    Suite(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /**
     * The stored code.
     *
     * @return 0…255
     */
    public int code() {
        return code;
    }

    /**
     * The name in manifests and reports.
     *
     * @return lower case
     */
    public String text() {
        return text;
    }

    /**
     * Finds a suite by its stored code.
     *
     * @param code any number
     * @return empty if this version of the library does not know it
     */
    public static Optional<Suite> ofCode(int code) {
        return switch (code) {
            case 0 -> Optional.of(UNENCRYPTED);
            case 1 -> Optional.of(AES_256_GCM);
            default -> Optional.empty();
        };
    }
}
