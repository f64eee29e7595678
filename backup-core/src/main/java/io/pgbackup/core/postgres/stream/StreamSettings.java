package io.pgbackup.core.postgres.stream;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How to receive. Immutable.
 *
 * @param directory for segments that are being received, of this receiver alone; made if absent
 * @param names by which the server knows the receiver
 * @param pace how often and how much
 * @param safety what may be said and what may be passed over
 */
public record StreamSettings(Path directory, Names names, Pace pace, Safety safety) {
    private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");

    /**
     * By which the server knows the receiver.
     *
     * @param slot the replication slot; made if absent
     * @param application as {@code synchronous_standby_names} may list it
     */
    public record Names(String slot, String application) {}

    /**
     * How often and how much.
     *
     * @param partialAfter how long received WAL may wait before an incomplete segment is handed over; zero: as soon as the one before is stored
     * @param status how often the server hears from us at least; more often if its {@code wal_sender_timeout} is short
     * @param silence how long the server may say nothing although asked, before the connection counts as dead
     * @param backlog bytes of whole segments that may wait for the destination before no more is received; two segments always may
     */
    public record Pace(Duration partialAfter, Duration status, Duration silence, long backlog) {
        /** Five seconds, ten seconds, a minute, a gibibyte. */
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(60), 1L << 30);

        /** Checks the ranges. */
        public Pace {
            if (partialAfter.isNegative() || backlog < 0 || status.toMillis() < 1 || silence.compareTo(status) <= 0) {
                throw refused("times and sizes are positive, and silence is longer than the status interval");
            }
        }
    }

    /**
     * What may be said and what may be passed over.
     *
     * @param acknowledge when the server is told that WAL is flushed
     * @param overGaps whether to go on from where the server can, although WAL in between is gone for good
     */
    public record Safety(Acknowledge acknowledge, boolean overGaps) {}

    /**
     * Checks the name of the slot.
     *
     * @throws ConfigurationException {@code INVALID_REQUEST} if the server would refuse it
     */
    public StreamSettings {
        if (!SLOT_NAME.matcher(names.slot()).matches()) {
            throw refused("'" + names.slot() + "' cannot be the name of a replication slot");
        }
    }

    /**
     * What suits most.
     *
     * @param directory for segments that are being received
     * @param slot the replication slot
     * @return five seconds, stored before acknowledged, no gaps
     */
    public static StreamSettings of(Path directory, String slot) {
        return new StreamSettings(
                directory, new Names(slot, slot), Pace.DEFAULT, new Safety(Acknowledge.STORED, false));
    }

    /**
     * With another application name.
     *
     * @param name as {@code synchronous_standby_names} may list it
     * @return a copy
     */
    public StreamSettings application(String name) {
        return new StreamSettings(directory, new Names(names.slot(), name), pace, safety);
    }

    /**
     * With another pace.
     *
     * @param other how often and how much
     * @return a copy
     */
    public StreamSettings pace(Pace other) {
        return new StreamSettings(directory, names, other, safety);
    }

    /**
     * With another limit for incomplete segments.
     *
     * @param limit how long received WAL may wait
     * @return a copy
     */
    public StreamSettings partialAfter(Duration limit) {
        return pace(new Pace(limit, pace.status(), pace.silence(), pace.backlog()));
    }

    /**
     * With another moment of acknowledging.
     *
     * @param moment when the server is told
     * @return a copy
     */
    public StreamSettings acknowledge(Acknowledge moment) {
        return new StreamSettings(directory, names, pace, new Safety(moment, safety.overGaps()));
    }

    /**
     * Goes on although WAL in between is gone for good. The archive has a gap then, over which no recovery leads: take a backup.
     *
     * @return a copy
     */
    public StreamSettings overGaps() {
        return new StreamSettings(directory, names, pace, new Safety(safety.acknowledge(), true));
    }

    private static ConfigurationException refused(String why) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "cannot receive WAL: " + why,
                "A slot's name has 1 to 63 lower case letters, digits and underscores.");
    }
}
