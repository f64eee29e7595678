package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.repository.JsonRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The file that tells a half restored directory from anybody else's: there from before the first change until the control file is in place. Immutable.
 *
 * @param systemIdentifier of the cluster being restored
 * @param label of the backup
 * @param places URIs of the directories outside the data directory that belong to it, by OID or name
 */
public record RestoreMarker(long systemIdentifier, String label, Map<String, String> places) {
    static final String NAME = "pgbackup.restore";
    private static final long LONGEST = 1 << 20;

    /** Copies the map. */
    public RestoreMarker {
        places = Map.copyOf(places);
    }

    static Path file(Path root) {
        return root.resolve(NAME);
    }

    public static RestoreMarker of(long systemIdentifier, String label, TargetPlaces target) {
        Map<String, String> places = new LinkedHashMap<>();
        target.tablespaces().forEach((oid, place) -> places.put(Long.toString(oid), uri(place)));
        target.links().forEach((name, place) -> places.put(name, uri(place)));
        return new RestoreMarker(systemIdentifier, label, places);
    }

    /** Without what the file system decides: a slash at the end tells that the directory exists. */
    private static String uri(Path place) {
        String text = place.toUri().toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /** Whether a directory was among those of the restore that was begun. */
    public boolean names(Path place) {
        return places.containsValue(uri(place));
    }

    /** The marker in a directory, empty if there is none. One that was cut off while it was written names no places; nothing had been changed yet. */
    public static Optional<RestoreMarker> in(Path root) {
        Path file = file(root);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LONGEST) {
                return Optional.empty();
            }
            JsonRecord record = JsonRecord.parse(Files.readAllBytes(file));
            return Optional.of(new RestoreMarker(
                    Long.parseUnsignedLong(record.text("systemIdentifier")),
                    record.text("label"),
                    record.map("places")));
        } catch (MalformedContentException | NumberFormatException e) {
            return Optional.of(new RestoreMarker(0, "", Map.of()));
        } catch (IOException e) {
            throw TargetFailure.reading(file, e);
        }
    }

    byte[] toBytes() {
        return new JsonRecord()
                .put(
                        "about",
                        "pgbackup is restoring into this directory; it cannot be started. The same restore with replacingExisting() completes it.")
                .put("systemIdentifier", Long.toUnsignedString(systemIdentifier))
                .put("label", label)
                .putMap("places", places)
                .toBytes();
    }
}
