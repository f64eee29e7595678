package io.pgbackup.core.postgres.recovery;

import io.pgbackup.core.postgres.files.TablespaceLocation;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file {@code tablespace_map}: where the server shall make its links to tablespaces when recovery begins ({@code read_tablespace_map} in
 * {@code xlogrecovery.c}). One line each, object identifier and path. Line breaks in a path are escaped by a backslash; the backslash itself
 * only since version 14. Immutable.
 *
 * @param locations by object identifier, an unsigned 32-bit number; in the order of the file
 */
public record TablespaceMap(Map<Long, TablespaceLocation> locations) {
    private static final int BACKSLASH_ESCAPED_SINCE = 14;

    /** Copies the map. */
    public TablespaceMap {
        locations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(locations));
    }

    /**
     * Reads the file.
     *
     * @param bytes of the file; empty if the server gave none
     * @param major version of the server that wrote it
     * @return the locations
     * @throws ClusterException {@code SOURCE_UNREADABLE} if it is no such file
     */
    public static TablespaceMap parse(byte[] bytes, int major) {
        Map<Long, TablespaceLocation> locations = new LinkedHashMap<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at++) {
            byte value = bytes[at];
            if (value == '\\' && at + 1 < bytes.length && isEscape(bytes[at + 1], major)) {
                at++;
                line.write(bytes[at]);
            } else if (value == '\n' || value == '\r') {
                add(locations, line.toByteArray());
                line.reset();
            } else {
                line.write(value);
            }
        }
        add(locations, line.toByteArray());
        return new TablespaceMap(locations);
    }

    private static boolean isEscape(byte following, int major) {
        return major >= BACKSLASH_ESCAPED_SINCE || following == '\n' || following == '\r';
    }

    private static void add(Map<Long, TablespaceLocation> locations, byte[] line) {
        if (line.length == 0) {
            return;
        }
        int space = 0;
        while (space < line.length && line[space] != ' ') {
            space++;
        }
        try {
            long identifier = Integer.toUnsignedLong(
                    Integer.parseUnsignedInt(new String(line, 0, space, StandardCharsets.US_ASCII)));
            byte[] path = java.util.Arrays.copyOfRange(line, Math.min(space + 1, line.length), line.length);
            locations.put(identifier, TablespaceLocation.of(path));
        } catch (IllegalArgumentException e) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot use tablespace_map: " + e.getMessage(),
                    "The file must be exactly what the server gave when the backup was stopped.",
                    e);
        }
    }

    /**
     * With tablespaces at other places.
     *
     * @param moved new location by object identifier; others stay
     * @return a copy
     * @throws IllegalArgumentException if one of them is not in this map
     */
    public TablespaceMap relocated(Map<Long, TablespaceLocation> moved) {
        Map<Long, TablespaceLocation> all = new LinkedHashMap<>(locations);
        moved.forEach((identifier, location) -> {
            if (all.replace(identifier, location) == null) {
                throw new IllegalArgumentException("there is no tablespace " + identifier + " in the backup");
            }
        });
        return new TablespaceMap(all);
    }

    /**
     * Writes the file; the inverse of {@link #parse}.
     *
     * @param major version of the server that shall read it
     * @return empty if there shall be no such file
     */
    public byte[] bytes(int major) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        locations.forEach((identifier, location) -> {
            out.writeBytes((identifier + " ").getBytes(StandardCharsets.US_ASCII));
            for (byte value : location.bytes()) {
                if (value == '\n' || value == '\r' || value == '\\' && major >= BACKSLASH_ESCAPED_SINCE) {
                    out.write('\\');
                }
                out.write(value);
            }
            out.write('\n');
        });
        return out.toByteArray();
    }
}
