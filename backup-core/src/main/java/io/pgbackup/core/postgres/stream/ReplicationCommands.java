package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of the replication protocol that answer and are done (PostgreSQL, "Streaming Replication Protocol"). For one thread. */
final class ReplicationCommands {
    private static final Pattern QUANTITY = Pattern.compile("(\\d+)([A-Za-z]*)");

    private final Wire wire;

    ReplicationCommands(Wire wire) {
        this.wire = wire;
    }

    /**
     * Who answers.
     *
     * @param system identifier of the cluster
     * @param timeline on which the server is
     * @param flushed how far its log is on its disk
     */
    record Server(long system, Timeline timeline, Lsn flushed) {}

    /**
     * Where a slot keeps the log, as the protocol tells from version 15 on.
     *
     * @param restart from where on; empty if nowhere
     */
    record ReservedSlot(Optional<Lsn> restart) {}

    private Answer ask(String command) throws IOException, ServerRefusal {
        wire.query(command);
        return Answer.receive(wire);
    }

    Server identify() throws IOException, ServerRefusal {
        Answer answer = ask("IDENTIFY_SYSTEM");
        return new Server(
                Long.parseUnsignedLong(answer.required(0)),
                new Timeline(Long.parseLong(answer.required(1))),
                Lsn.parse(answer.required(2)));
    }

    int majorVersion() throws IOException, ServerRefusal {
        return Integer.parseInt(ask("SHOW server_version_num").required(0)) / 10_000;
    }

    WalSegmentSize segmentSize() throws IOException, ServerRefusal {
        String shown = ask("SHOW wal_segment_size").required(0);
        Matcher matcher = quantity(shown);
        int unit = switch (matcher.group(2)) {
            case "B", "" -> 1;
            case "kB" -> 1 << 10;
            case "MB" -> 1 << 20;
            case "GB" -> 1 << 30;
            default -> throw new IOException("the server has segments of '" + shown + "'");
        };
        return new WalSegmentSize(Math.multiplyExact(Integer.parseInt(matcher.group(1)), unit));
    }

    /** After how much silence of ours the server ends the session; empty for never. */
    Optional<Duration> patience() throws IOException, ServerRefusal {
        String shown = ask("SHOW wal_sender_timeout").required(0);
        Matcher matcher = quantity(shown);
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms", "" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> throw new IOException("the server has a wal_sender_timeout of '" + shown + "'");
        };
        return duration.isZero() ? Optional.empty() : Optional.of(duration);
    }

    private static Matcher quantity(String shown) throws IOException {
        Matcher matcher = QUANTITY.matcher(shown);
        if (!matcher.matches()) {
            throw new IOException("the server showed '" + shown + "' for a setting");
        }
        return matcher;
    }

    /** Makes a slot that keeps the log from the latest checkpoint on; without reserving it would keep nothing until it is used. */
    void createSlot(String name) throws IOException, ServerRefusal {
        ask("CREATE_REPLICATION_SLOT \"" + name + "\" PHYSICAL RESERVE_WAL");
    }

    /** Looks at a slot; before version 15 the server does not understand this. Empty if there is none. */
    Optional<ReservedSlot> readSlot(String name) throws IOException, ServerRefusal {
        Answer answer = ask("READ_REPLICATION_SLOT \"" + name + "\"");
        return answer.bytes(0).isEmpty()
                ? Optional.empty()
                : Optional.of(new ReservedSlot(answer.text(1).map(Lsn::parse)));
    }

    /** The history file of a timeline, byte for byte. */
    byte[] history(Timeline timeline) throws IOException, ServerRefusal {
        Answer answer = ask("TIMELINE_HISTORY " + timeline);
        return answer.bytes(1).orElseThrow(() -> new IOException("timeline " + timeline + " has an empty history"));
    }
}
