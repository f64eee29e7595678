package io.pgbackup.core.compress;

import java.util.Optional;

/** The codecs of the repository format. Codes are stored and never change; names are what people write. */
public enum CodecId {
    /** Bytes as they are. */
    NONE(0, "none"),
    /** LZ4 block format. */
    LZ4(1, "lz4"),
    /** Zstandard frame format. */
    ZSTD(2, "zstd");

    private final int code;
    private final String text;

    CodecId(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /**
     * The stored code.
     *
     * @return 0…63
     */
    public int code() {
        return code;
    }

    /**
     * The name in configuration and manifests.
     *
     * @return lower case
     */
    public String text() {
        return text;
    }

    /**
     * Finds a codec by its stored code.
     *
     * @param code any number
     * @return empty if this version of the library does not know it
     */
    public static Optional<CodecId> ofCode(int code) {
        return switch (code) {
            case 0 -> Optional.of(NONE);
            case 1 -> Optional.of(LZ4);
            case 2 -> Optional.of(ZSTD);
            default -> Optional.empty();
        };
    }
}
