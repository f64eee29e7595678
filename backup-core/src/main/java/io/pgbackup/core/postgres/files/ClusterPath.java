package io.pgbackup.core.postgres.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The place of a file in a cluster, relative to the data directory: components joined by slashes, as bytes, because the file names of a
 * cluster need not be text in any encoding. The order is that of a depth-first walk with names sorted as unsigned bytes, so a directory
 * stands directly before what is in it. Immutable.
 */
public final class ClusterPath implements Comparable<ClusterPath> {
    /** The data directory itself: no component. */
    public static final ClusterPath ROOT = new ClusterPath(new byte[0]);

    private static final byte SEPARATOR = '/';
    private static final HexFormat HEX = HexFormat.of();

    private final byte[] bytes;

    private ClusterPath(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A path from its bytes.
     *
     * @param bytes components joined by slashes; copied
     * @return the path
     * @throws IllegalArgumentException if the path is absolute or holds an empty component, {@code .}, {@code ..} or a zero byte
     */
    public static ClusterPath of(byte[] bytes) {
        if (bytes.length == 0) {
            return ROOT;
        }
        requireValid(bytes);
        return new ClusterPath(bytes.clone());
    }

    /**
     * A path from text, encoded as UTF-8.
     *
     * @param text components joined by slashes
     * @return the path
     * @throws IllegalArgumentException as {@link #of(byte[])}
     */
    public static ClusterPath of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void requireValid(byte[] bytes) {
        int start = 0;
        for (int at = 0; at <= bytes.length; at++) {
            if (at == bytes.length || bytes[at] == SEPARATOR) {
                int length = at - start;
                boolean dots = length == 1 && bytes[start] == '.'
                        || length == 2 && bytes[start] == '.' && bytes[start + 1] == '.';
                if (length == 0 || dots) {
                    throw new IllegalArgumentException("not a path inside a cluster: '" + printable(bytes) + "'");
                }
                start = at + 1;
            } else if (bytes[at] == 0) {
                throw new IllegalArgumentException("not a path inside a cluster: '" + printable(bytes) + "'");
            }
        }
    }

    /**
     * The bytes of the path.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The path of something in this directory.
     *
     * @param name one component or more
     * @return the longer path
     * @throws IllegalArgumentException as {@link #of(byte[])}
     */
    public ClusterPath resolve(byte[] name) {
        if (bytes.length == 0) {
            return of(name);
        }
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + name.length);
        joined[bytes.length] = SEPARATOR;
        System.arraycopy(name, 0, joined, bytes.length + 1, name.length);
        requireValid(joined);
        return new ClusterPath(joined);
    }

    /**
     * The path of something in this directory.
     *
     * @param name one component or more, encoded as UTF-8
     * @return the longer path
     */
    public ClusterPath resolve(String name) {
        return resolve(name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The directory this is in.
     *
     * @return {@link #ROOT} for a path of one component and for the root
     */
    public ClusterPath parent() {
        int slash = lastSlash();
        return slash < 0 ? ROOT : new ClusterPath(Arrays.copyOf(bytes, slash));
    }

    /**
     * The last component, printable. PostgreSQL's own names are plain ASCII, so comparing with them is exact.
     *
     * @return empty for the root
     */
    public String name() {
        return printable(Arrays.copyOfRange(bytes, lastSlash() + 1, bytes.length));
    }

    /**
     * The components.
     *
     * @return printable; empty for the root
     */
    public List<String> components() {
        List<String> components = new ArrayList<>();
        int start = 0;
        for (int at = 0; at <= bytes.length && bytes.length > 0; at++) {
            if (at == bytes.length || bytes[at] == SEPARATOR) {
                components.add(printable(Arrays.copyOfRange(bytes, start, at)));
                start = at + 1;
            }
        }
        return List.copyOf(components);
    }

    /**
     * Whether this is a directory, given by path, or lies within it. Compared by whole components.
     *
     * @param directory the directory
     * @return true also if both are equal
     */
    public boolean isWithin(ClusterPath directory) {
        int length = directory.bytes.length;
        return length == 0
                || bytes.length >= length
                        && Arrays.equals(bytes, 0, length, directory.bytes, 0, length)
                        && (bytes.length == length || bytes[length] == SEPARATOR);
    }

    private int lastSlash() {
        int at = bytes.length - 1;
        while (at >= 0 && bytes[at] != SEPARATOR) {
            at--;
        }
        return at;
    }

    /** Bytes are compared as unsigned, the separator before every other. */
    @Override
    public int compareTo(ClusterPath other) {
        int at = Arrays.mismatch(bytes, other.bytes);
        if (at < 0) {
            return 0;
        }
        if (at >= bytes.length || at >= other.bytes.length) {
            return Integer.compare(bytes.length, other.bytes.length);
        }
        return Integer.compare(rank(bytes[at]), rank(other.bytes[at]));
    }

    private static int rank(byte value) {
        return value == SEPARATOR ? 0 : Byte.toUnsignedInt(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterPath path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Printable ASCII; every other byte and the backslash as {@code \xNN}. */
    @Override
    public String toString() {
        return printable(bytes);
    }

    static String printable(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            if (value < ' ' || value == '\\' || value == 0x7F) {
                text.append("\\x").append(HEX.toHexDigits(value));
            } else {
                text.append((char) value);
            }
        }
        return text.toString();
    }
}
