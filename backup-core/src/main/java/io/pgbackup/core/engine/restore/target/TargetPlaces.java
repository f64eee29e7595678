package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.NativePaths;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each path of a cluster lies in the target: in the data directory, in a tablespace, or in a directory behind a link. No path leads through a
 * link, so nothing depends on what a link points to. For one thread while tablespaces are added.
 */
public final class TargetPlaces {
    private static final String TABLESPACES = "pg_tblspc";

    private final Path root;
    private final Map<String, Path> links;
    private final Map<Long, Path> tablespaces = new LinkedHashMap<>();

    public TargetPlaces(Path root, Map<String, Path> links) {
        this.root = root;
        this.links = links;
    }

    public void tablespace(long oid, Path place) {
        tablespaces.put(oid, place);
    }

    public Path root() {
        return root;
    }

    public Map<Long, Path> tablespaces() {
        return tablespaces;
    }

    public Map<String, Path> links() {
        return links;
    }

    /** Every directory that holds a part of the cluster, the data directory first. */
    public List<Path> all() {
        List<Path> all = new ArrayList<>();
        all.add(root);
        all.addAll(links.values());
        all.addAll(tablespaces.values());
        return all;
    }

    /** The directory that a link at this path leads to. */
    Optional<Path> behind(ClusterPath path) {
        List<String> parts = path.components();
        if (parts.size() == 1) {
            return Optional.ofNullable(links.get(parts.get(0)));
        }
        return parts.size() == 2 && parts.get(0).equals(TABLESPACES)
                ? Optional.ofNullable(tablespaces.get(number(parts.get(1))))
                : Optional.empty();
    }

    /** Where a path is; of what is behind a link the place itself, of a link the link. */
    public Path of(ClusterPath path) {
        byte[] bytes = path.bytes();
        int first = slash(bytes, 0);
        if (first < bytes.length) {
            String top = new String(bytes, 0, first, StandardCharsets.ISO_8859_1);
            Path linked = links.get(top);
            if (linked != null) {
                return NativePaths.resolve(linked, Arrays.copyOfRange(bytes, first + 1, bytes.length));
            }
            int second = slash(bytes, first + 1);
            if (top.equals(TABLESPACES) && second < bytes.length) {
                String oid = new String(bytes, first + 1, second - first - 1, StandardCharsets.ISO_8859_1);
                Path place = tablespaces.get(number(oid));
                if (place != null) {
                    return NativePaths.resolve(place, Arrays.copyOfRange(bytes, second + 1, bytes.length));
                }
            }
        }
        return bytes.length == 0 ? root : NativePaths.resolve(root, bytes);
    }

    private static int slash(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '/') {
            at++;
        }
        return at;
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
    }
}
