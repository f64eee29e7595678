package io.pgbackup.storage;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * How a segment of a key is written as names in a directory, and read back: the same for every provider that keeps objects as files, so that
 * a repository can be copied from one to the other and opened there.
 *
 * <p>ASCII letters, digits, {@code -}, {@code _} and {@code .} stand for themselves; a dot at either end of the segment and every other
 * character is written as {@code %} and two upper-case hexadecimal digits for each byte of its UTF-8 form. So names are pure
 * ASCII whatever the encoding of the process or the Unicode habits of the file system, none is {@code .} or {@code ..}, and none
 * begins with a dot: such names are free for other uses.
 *
 * <p>A segment that would need more than {@value #LONGEST} characters has all its dots escaped and is cut into pieces, each but the last
 * of which ends with a lone {@code %} and is a directory that holds the next piece.
 *
 * <p>Different segments have different names, and every name that was not made here is recognized as foreign. File systems that ignore
 * case are not supported: on them {@code a} and {@code A} are one name.
 */
public final class FileNames {
    /** Longest name: well below the 255 bytes of common file systems, some of which take a few for themselves. */
    public static final int LONGEST = 200;

    private static final char ESCAPE = '%';
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private FileNames() {}

    /**
     * The names of a segment.
     *
     * @param segment one segment of a key
     * @return one name, or the pieces of a long one from the outermost directory inwards
     */
    public static List<String> of(String segment) {
        String name = encode(segment, false);
        if (name.length() <= LONGEST) {
            return List.of(name);
        }
        String escaped = encode(segment, true);
        List<String> pieces = new ArrayList<>();
        int begin = 0;
        while (escaped.length() - begin > LONGEST) {
            pieces.add(escaped.substring(begin, begin + LONGEST - 1) + ESCAPE);
            begin += LONGEST - 1;
        }
        pieces.add(escaped.substring(begin));
        return List.copyOf(pieces);
    }

    /**
     * Whether this name is a piece of a longer one that goes on in the directory of this name.
     *
     * @param name the name of a directory entry
     * @return true if so
     */
    public static boolean isContinued(String name) {
        return name.length() == LONGEST && name.charAt(LONGEST - 1) == ESCAPE;
    }

    /**
     * The segment written as these names.
     *
     * @param names a name, or all pieces of a long one
     * @return the segment; empty if {@link #of(String)} never makes these names
     */
    public static Optional<String> segment(List<String> names) {
        StringBuilder joined = new StringBuilder();
        for (String name : names) {
            joined.append(name, 0, isContinued(name) ? LONGEST - 1 : name.length());
        }
        return decode(joined.toString())
                .filter(FileNames::isSegment)
                .filter(segment -> of(segment).equals(names));
    }

    private static boolean isSegment(String text) {
        try {
            return text.indexOf('/') < 0 && !ObjectKey.of(text).toString().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String encode(String segment, boolean escapeDots) {
        byte[] bytes = segment.getBytes(StandardCharsets.UTF_8);
        StringBuilder name = new StringBuilder(bytes.length);
        for (int index = 0; index < bytes.length; index++) {
            boolean atEdge = index == 0 || index == bytes.length - 1;
            boolean plain = bytes[index] == '.' ? !atEdge && !escapeDots : isSafe(bytes[index]);
            if (plain) {
                name.append((char) bytes[index]);
            } else {
                HEX.toHexDigits(name.append(ESCAPE), bytes[index]);
            }
        }
        return name.toString();
    }

    private static boolean isSafe(byte value) {
        return value >= 'a' && value <= 'z'
                || value >= 'A' && value <= 'Z'
                || value >= '0' && value <= '9'
                || value == '-'
                || value == '_';
    }

    private static Optional<String> decode(String name) {
        ByteBuffer bytes = ByteBuffer.allocate(name.length());
        int index = 0;
        while (index < name.length()) {
            char character = name.charAt(index);
            if (character != ESCAPE) {
                if (character > 0x7f) {
                    return Optional.empty();
                }
                bytes.put((byte) character);
                index++;
            } else if (index + 2 < name.length()
                    && HexFormat.isHexDigit(name.charAt(index + 1))
                    && HexFormat.isHexDigit(name.charAt(index + 2))) {
                bytes.put((byte) HexFormat.fromHexDigits(name, index + 1, index + 3));
                index += 3;
            } else {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
