package io.pgbackup.core.compress;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which codec at which level: a value to store and to compare; {@link #newCodec()} makes the running instance. The text form is
 * {@code none}, {@code lz4} or {@code zstd:3}. The level matters for compressing only: any level decompresses what any other wrote.
 *
 * @param id which codec
 * @param level 1…19 for zstd, 0 for codecs without levels
 */
public record CodecSpec(CodecId id, int level) {
    /** Stores bytes as they are. */
    public static final CodecSpec NONE = new CodecSpec(CodecId.NONE, 0);
    /** LZ4: a third faster than zstd:1 to write and three times to read, at three quarters of its ratio. The default for local repositories. */
    public static final CodecSpec LZ4 = new CodecSpec(CodecId.LZ4, 0);
    /** Lowest zstd level, also meant by {@code zstd} without a level. The default for remote repositories. */
    public static final int LOWEST_ZSTD_LEVEL = 1;
    /** Highest zstd level; those above want memory out of proportion to frames of 64 KiB. */
    public static final int HIGHEST_ZSTD_LEVEL = 19;

    private static final Pattern ZSTD_TEXT = Pattern.compile("zstd(?::([1-9][0-9]?))?");

    /** Checks the level. */
    public CodecSpec {
        boolean levelIsValid =
                id == CodecId.ZSTD ? level >= LOWEST_ZSTD_LEVEL && level <= HIGHEST_ZSTD_LEVEL : level == 0;
        if (!levelIsValid) {
            throw new IllegalArgumentException(id.text() + " has no level " + level);
        }
    }

    /**
     * Zstandard.
     *
     * @param level 1…19
     * @return the specification
     * @throws IllegalArgumentException if there is no such level
     */
    public static CodecSpec zstd(int level) {
        return new CodecSpec(CodecId.ZSTD, level);
    }

    /**
     * Any level of a codec, for decompressing.
     *
     * @param id which codec
     * @return a specification at the codec's lowest level
     */
    public static CodecSpec decoding(CodecId id) {
        return new CodecSpec(id, id == CodecId.ZSTD ? LOWEST_ZSTD_LEVEL : 0);
    }

    /**
     * Parses the text form.
     *
     * @param text {@code none}, {@code lz4}, {@code zstd} or {@code zstd:1}…{@code zstd:19}
     * @return the specification
     * @throws ConfigurationException if the text is none of these
     */
    public static CodecSpec parse(String text) {
        if (text.equals(CodecId.NONE.text())) {
            return NONE;
        }
        if (text.equals(CodecId.LZ4.text())) {
            return LZ4;
        }
        Matcher matcher = ZSTD_TEXT.matcher(text);
        if (matcher.matches()) {
            String level = matcher.group(1);
            int number = level == null ? LOWEST_ZSTD_LEVEL : Integer.parseInt(level);
            if (number <= HIGHEST_ZSTD_LEVEL) {
                return zstd(number);
            }
        }
        throw new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "there is no compression '" + text + "'",
                "Use none, lz4, or zstd:1 to zstd:" + HIGHEST_ZSTD_LEVEL + ".");
    }

    /**
     * Makes a running codec.
     *
     * @return for one worker; the caller closes it
     * @throws ConfigurationException if the codec's native library is needed and cannot be loaded
     */
    public Codec newCodec() {
        return switch (id) {
            case NONE -> new NoneCodec();
            case LZ4 -> new Lz4Codec();
            case ZSTD -> new ZstdCodec(this);
        };
    }

    /** The text form, as {@link #parse(String)} reads it. */
    @Override
    public String toString() {
        return id == CodecId.ZSTD ? id.text() + ":" + level : id.text();
    }
}
