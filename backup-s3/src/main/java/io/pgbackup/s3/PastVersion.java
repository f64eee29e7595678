package io.pgbackup.s3;

import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/**
 * One thing that happened to an object of a bucket with versions: it was written, or hidden behind a marker.
 *
 * @param name of the object in the bucket
 * @param id of the version
 * @param time when, which some stores say to the second only
 * @param size in bytes; negative for a marker
 * @param latest whether nothing has happened since
 */
record PastVersion(String name, String id, Instant time, long size, boolean latest) {
    /** What happened last comes last. Of a version and a marker of one time the marker is taken to be the first, unless it is the latest: nothing is hidden by mistake. */
    private static final Comparator<PastVersion> IN_TIME = Comparator.comparing(PastVersion::time)
            .thenComparing(PastVersion::latest)
            .thenComparing(version -> !version.isMarker());

    static PastVersion of(ObjectVersion version) {
        return new PastVersion(
                version.key(),
                version.versionId(),
                version.lastModified(),
                version.size(),
                Boolean.TRUE.equals(version.isLatest()));
    }

    static PastVersion of(DeleteMarkerEntry marker) {
        return new PastVersion(
                marker.key(), marker.versionId(), marker.lastModified(), -1, Boolean.TRUE.equals(marker.isLatest()));
    }

    boolean isMarker() {
        return size < 0;
    }

    /**
     * The version of an object that stood at a time. Stores round times down, so what happened within the second of the time itself is believed only where it
     * made an object that was not there: objects of a repository are written once.
     *
     * @param all that happened to one object, in any order
     * @param time asked for
     * @return empty if there was none, or it was deleted
     */
    static Optional<PastVersion> at(Collection<PastVersion> all, Instant time) {
        Instant second = time.truncatedTo(ChronoUnit.SECONDS);
        List<PastVersion> until = all.stream()
                .filter(version -> version.time.truncatedTo(ChronoUnit.SECONDS).compareTo(second) <= 0)
                .sorted(IN_TIME)
                .toList();
        Optional<PastVersion> before = until.stream()
                .filter(version -> version.time.isBefore(second))
                .reduce((earlier, later) -> later)
                .filter(version -> !version.isMarker());
        return before.or(() -> until.stream()
                .filter(version -> !version.time.isBefore(second) && !version.isMarker())
                .findFirst());
    }

    ObjectInfo info(ObjectKey key) {
        return new ObjectInfo(key, size, time);
    }
}
