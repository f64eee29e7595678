package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From which timelines a timeline descends, as its history file tells (PostgreSQL {@code timeline.c}).
 *
 * @param links in order of time, the timeline itself last
 */
public record TimelineHistory(List<Link> links) {
    /**
     * The part of one timeline that belongs to the history.
     *
     * @param timeline which
     * @param begin its first position
     * @param end where the next timeline begins; null for the last
     */
    public record Link(
            Timeline timeline, Lsn begin, @Nullable Lsn end) {
        /**
         * Whether a byte at a position belongs to this part.
         *
         * @param position of the byte
         * @return true also if it lies anywhere after the begin of the last
         */
        public boolean holds(Lsn position) {
            return position.compareTo(begin) >= 0 && (end == null || position.compareTo(end) < 0);
        }
    }

    private static final Lsn ZERO = new Lsn(0);

    /** Checks that there is one. */
    public TimelineHistory {
        links = List.copyOf(links);
        if (links.isEmpty()) {
            throw new IllegalArgumentException("a history holds at least the timeline itself");
        }
    }

    /**
     * The history of a timeline that descends from none, as the first does.
     *
     * @param timeline which
     * @return of one link
     */
    public static TimelineHistory original(Timeline timeline) {
        return new TimelineHistory(List.of(new Link(timeline, ZERO, null)));
    }

    /**
     * Reads a history file.
     *
     * @param timeline whose it is
     * @param content of the file
     * @return the history
     * @throws IllegalArgumentException if it is no history of this timeline
     */
    public static TimelineHistory parse(Timeline timeline, byte[] content) {
        List<Link> links = new ArrayList<>();
        Lsn begin = ZERO;
        for (String line : new String(content, StandardCharsets.UTF_8).split("\n", -1)) {
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String[] fields = text.split("\\s+", 3);
            if (fields.length < 2) {
                throw new IllegalArgumentException("no switch point in the line '" + text + "' of a timeline history");
            }
            Timeline ancestor = timeline(fields[0], text);
            Lsn end = Lsn.parse(fields[1]);
            boolean inOrder = links.isEmpty()
                    || ancestor.compareTo(links.get(links.size() - 1).timeline()) > 0 && end.compareTo(begin) >= 0;
            if (!inOrder || ancestor.compareTo(timeline) >= 0) {
                throw new IllegalArgumentException(
                        "the line '" + text + "' cannot stand there in the history of timeline " + timeline);
            }
            links.add(new Link(ancestor, begin, end));
            begin = end;
        }
        links.add(new Link(timeline, begin, null));
        return new TimelineHistory(links);
    }

    private static Timeline timeline(String digits, String line) {
        try {
            return new Timeline(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no timeline in the line '" + line + "' of a timeline history", e);
        }
    }

    /**
     * The timeline whose history it is.
     *
     * @return that of the last link
     */
    public Timeline timeline() {
        return links.get(links.size() - 1).timeline();
    }

    /**
     * The part that a position belongs to.
     *
     * @param position of a byte
     * @return its part
     */
    public Link at(Lsn position) {
        return links.stream().filter(link -> link.holds(position)).findFirst().orElseThrow();
    }

    /**
     * The part of a timeline.
     *
     * @param timeline which
     * @return empty if the history does not lead over it
     */
    public Optional<Link> of(Timeline timeline) {
        return links.stream().filter(link -> link.timeline().equals(timeline)).findFirst();
    }
}
