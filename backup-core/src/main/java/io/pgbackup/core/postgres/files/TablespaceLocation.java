package io.pgbackup.core.postgres.files;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where a tablespace lies on its server: an absolute path as bytes, because it need not be text in any encoding. Immutable.
 */
public final class TablespaceLocation {
    private final byte[] bytes;

    private TablespaceLocation(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A location from its bytes.
     *
     * @param bytes the path; copied
     * @return the location
     * @throws IllegalArgumentException if it is empty or holds a zero byte
     */
    public static TablespaceLocation of(byte[] bytes) {
        boolean zero = false;
        for (byte value : bytes) {
            zero |= value == 0;
        }
        if (bytes.length == 0 || zero) {
            throw new IllegalArgumentException("not the path of a tablespace: '" + ClusterPath.printable(bytes) + "'");
        }
        return new TablespaceLocation(bytes.clone());
    }

    /**
     * A location from text, encoded as UTF-8.
     *
     * @param text the path
     * @return the location
     */
    public static TablespaceLocation of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The bytes of the path.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TablespaceLocation location && Arrays.equals(bytes, location.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Printable ASCII; every other byte and the backslash as {@code \xNN}. */
    @Override
    public String toString() {
        return ClusterPath.printable(bytes);
    }
}
