package io.pgbackup.core.postgres.wal;

import io.pgbackup.Lsn;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a timeline came from: the file {@code %08X.history} ({@code readTimeLineHistory} in {@code timeline.c}). One line for each ancestor, the oldest first: its
 * number, where its log was left, and a reason for people; empty lines and those that begin with {@code #} say nothing. Immutable.
 *
 * @param timeline whose history it is
 * @param ancestors the oldest first, numbers ascending, positions never falling; empty for a timeline that began with its cluster
 */
public record TimelineHistory(Timeline timeline, List<Ancestor> ancestors) {
    /** The greatest file that is read: five promotions a day for ten years have room in it. */
    public static final int MOST_BYTES = 1 << 20;

    private static final Pattern LINE =
            Pattern.compile("\\s*+(\\d{1,10})\\s++([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})(\\s.*+)?+", Pattern.DOTALL);

    /**
     * A timeline that was left.
     *
     * @param timeline its number
     * @param end where: the first position that the next timeline does not share with it
     */
    public record Ancestor(Timeline timeline, Lsn end) {}

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if numbers do not ascend up to the timeline's own, or positions fall
     */
    public TimelineHistory {
        ancestors = List.copyOf(ancestors);
        for (int at = 0; at < ancestors.size(); at++) {
            Ancestor ancestor = ancestors.get(at);
            Timeline next = at + 1 < ancestors.size() ? ancestors.get(at + 1).timeline() : timeline;
            if (ancestor.timeline().compareTo(next) >= 0) {
                throw new IllegalArgumentException("timeline " + next + " cannot come from " + ancestor.timeline());
            }
            if (at > 0 && ancestor.end().compareTo(ancestors.get(at - 1).end()) < 0) {
                throw new IllegalArgumentException(
                        "timeline " + ancestor.timeline() + " cannot end at " + ancestor.end() + ", before it began");
            }
        }
    }

    /**
     * A timeline that has no file because it has no ancestors, as the first of a cluster.
     *
     * @param timeline its number
     * @return a history that is the timeline alone
     */
    public static TimelineHistory of(Timeline timeline) {
        return new TimelineHistory(timeline, List.of());
    }

    /**
     * Reads the file. A file that breaks off within a position, or tells of no ancestor, is refused: the server writes none.
     *
     * @param timeline whose file it is, as its name tells
     * @param file at most {@value #MOST_BYTES} bytes
     * @return the history
     * @throws ClusterException {@code SOURCE_UNREADABLE} if it is no such file
     */
    public static TimelineHistory parse(Timeline timeline, byte[] file) {
        try {
            if (file.length > MOST_BYTES) {
                throw new IllegalArgumentException("it has " + file.length + " bytes, more than " + MOST_BYTES);
            }
            List<Ancestor> ancestors = ancestors(new String(file, StandardCharsets.ISO_8859_1));
            if (ancestors.isEmpty()) {
                throw new IllegalArgumentException("it names no ancestor");
            }
            return new TimelineHistory(timeline, ancestors);
        } catch (IllegalArgumentException e) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot use " + timeline.hex() + ".history: " + e.getMessage(),
                    "The file must be exactly what the server wrote; look for a better copy in the archive or in pg_wal.",
                    e);
        }
    }

    private static List<Ancestor> ancestors(String text) {
        List<Ancestor> ancestors = new ArrayList<>();
        for (int begin = 0; begin < text.length(); ) {
            int end = text.indexOf('\n', begin);
            String line = text.substring(begin, end < 0 ? text.length() : end);
            if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
                ancestors.add(ancestor(line, end < 0));
            }
            begin = end < 0 ? text.length() : end + 1;
        }
        return ancestors;
    }

    private static Ancestor ancestor(String line, boolean brokenOff) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || brokenOff && matcher.group(3) == null) {
            throw new IllegalArgumentException("a line is no timeline with the position where it was left");
        }
        return new Ancestor(new Timeline(Long.parseLong(matcher.group(1))), Lsn.parse(matcher.group(2)));
    }

    /**
     * Whose log holds what this history did at a position.
     *
     * @param position of a byte of the log; where a timeline was left, the next one owns it
     * @return empty for {@code 0/0}, which is no position
     */
    public Optional<Timeline> ownerOf(Lsn position) {
        if (position.value() == 0) {
            return Optional.empty();
        }
        return Optional.of(ancestors.stream()
                .filter(ancestor -> position.compareTo(ancestor.end()) < 0)
                .map(Ancestor::timeline)
                .findFirst()
                .orElse(timeline));
    }

    /**
     * Whether this timeline came from another one.
     *
     * @param other any timeline; this one is not its own descendant
     * @return true if the other is an ancestor
     */
    public boolean isDescendantOf(Timeline other) {
        return switchPointOf(other).isPresent();
    }

    /**
     * Where an ancestor was left.
     *
     * @param ancestor any timeline
     * @return the first position that its successor does not share with it; empty if it is no ancestor
     */
    public Optional<Lsn> switchPointOf(Timeline ancestor) {
        return ancestors.stream()
                .filter(known -> known.timeline().equals(ancestor))
                .map(Ancestor::end)
                .findFirst();
    }

    /**
     * Whether what happened on a timeline up to a position is part of this history: whether a backup that ended there can be replayed to this timeline.
     *
     * @param other any timeline
     * @param end behind the last byte that must be shared
     * @return false if the other is a stranger, or was left before
     */
    public boolean includes(Timeline other, Lsn end) {
        return other.equals(timeline)
                || switchPointOf(other).filter(left -> end.compareTo(left) <= 0).isPresent();
    }
}
