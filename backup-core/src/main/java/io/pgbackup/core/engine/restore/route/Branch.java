package io.pgbackup.core.engine.restore.route;

import io.pgbackup.core.postgres.wal.Timeline;
import java.util.Comparator;

/**
 * A timeline of one of a cluster's identities, each of which counts its timelines anew.
 *
 * @param identity from 1
 * @param timeline within it
 */
public record Branch(int identity, Timeline timeline) implements Comparable<Branch> {
    private static final Comparator<Branch> ORDER =
            Comparator.comparingInt(Branch::identity).thenComparing(Branch::timeline);

    @Override
    public int compareTo(Branch other) {
        return ORDER.compare(this, other);
    }
}
