package io.pgbackup.core.block;

import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.FrameRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Joins wanted frames that lie near each other in one bundle into ranges, each to be read at once. Pure arithmetic. */
public final class RangeJoiner {
    private static final long WIDEST_GAP = 64 * 1024;
    private static final long LONGEST_RANGE = 4 << 20;

    private RangeJoiner() {}

    /**
     * A frame and what it is wanted for.
     *
     * @param frame the frame
     * @param target what it is wanted for
     * @param <T> type of the target
     */
    public record Wanted<T>(NeededFrame frame, T target) {}

    /**
     * Bytes of one bundle, and the frames in them.
     *
     * @param set index of the set in its chain
     * @param bundle of that set
     * @param offset first byte
     * @param length number of bytes
     * @param frames ascending by offset
     * @param <T> type of the targets
     */
    public record Range<T>(int set, BundleRef bundle, long offset, int length, List<Wanted<T>> frames) {}

    /**
     * Joins frames.
     *
     * @param wanted in any order
     * @param <T> type of the targets
     * @return ranges, ascending by set, bundle and offset
     */
    public static <T> List<Range<T>> join(List<Wanted<T>> wanted) {
        List<Wanted<T>> sorted = new ArrayList<>(wanted);
        sorted.sort(Comparator.<Wanted<T>>comparingInt(entry -> entry.frame().set())
                .thenComparingInt(entry -> entry.frame().frame().bundle().sequence())
                .thenComparingLong(entry -> entry.frame().frame().offset()));
        List<Range<T>> ranges = new ArrayList<>();
        int begin = 0;
        for (int index = 1; index <= sorted.size(); index++) {
            if (index == sorted.size() || !joins(sorted.get(begin), sorted.get(index - 1), sorted.get(index))) {
                ranges.add(range(sorted.subList(begin, index)));
                begin = index;
            }
        }
        return ranges;
    }

    private static <T> boolean joins(Wanted<T> first, Wanted<T> last, Wanted<T> next) {
        FrameRef begin = first.frame().frame();
        FrameRef previous = last.frame().frame();
        FrameRef following = next.frame().frame();
        return first.frame().set() == next.frame().set()
                && begin.bundle().equals(following.bundle())
                && following.offset() - (previous.offset() + previous.stored()) <= WIDEST_GAP
                && following.offset() + following.stored() - begin.offset() <= LONGEST_RANGE;
    }

    private static <T> Range<T> range(List<Wanted<T>> frames) {
        FrameRef first = frames.get(0).frame().frame();
        FrameRef last = frames.get(frames.size() - 1).frame().frame();
        return new Range<>(
                frames.get(0).frame().set(),
                first.bundle(),
                first.offset(),
                Math.toIntExact(last.offset() + last.stored() - first.offset()),
                List.copyOf(frames));
    }
}
