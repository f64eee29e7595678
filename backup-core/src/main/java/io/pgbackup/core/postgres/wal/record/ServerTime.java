package io.pgbackup.core.postgres.wal.record;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as the server counts them: microseconds since the begin of the year 2000. */
final class ServerTime {
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private ServerTime() {}

    static Instant instant(long microseconds) {
        return EPOCH.plus(microseconds, ChronoUnit.MICROS);
    }
}
