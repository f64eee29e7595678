package io.pgbackup.core.manifest;

import java.util.Arrays;

/**
 * A set of unit numbers of one file, as ascending runs that do not touch. A unit is a page of a paged file, 64 KiB of any other. Immutable.
 */
public final class UnitRuns {
    /** No units. */
    public static final UnitRuns EMPTY = new UnitRuns(new int[0]);

    /** First unit and end (exclusive) of each run. */
    private final int[] bounds;

    private UnitRuns(int[] bounds) {
        this.bounds = bounds;
    }

    /** Receives a run. */
    @FunctionalInterface
    public interface RunConsumer {
        /**
         * One run.
         *
         * @param first its first unit
         * @param count number of units, at least 1
         */
        void run(int first, int count);
    }

    /** Collects units in ascending order. Not safe for use by many threads. */
    public static final class Builder {
        private int[] bounds = new int[8];
        private int size;

        /** Makes an empty builder. */
        public Builder() {}

        /**
         * Adds units.
         *
         * @param first not before the end of what was added already
         * @param count at least 1
         * @return this builder
         */
        public Builder add(int first, int count) {
            if (count < 1 || first < 0 || size > 0 && first < bounds[size - 1]) {
                throw new IllegalArgumentException("units " + first + "+" + count + " do not follow");
            }
            int end = Math.addExact(first, count);
            if (size > 0 && bounds[size - 1] == first) {
                bounds[size - 1] = end;
                return this;
            }
            if (size == bounds.length) {
                bounds = Arrays.copyOf(bounds, size * 2);
            }
            bounds[size++] = first;
            bounds[size++] = end;
            return this;
        }

        /**
         * Adds all units of another set.
         *
         * @param other behind what was added already
         * @return this builder
         */
        public Builder addAll(UnitRuns other) {
            other.forEach(this::add);
            return this;
        }

        /**
         * Whether nothing was added.
         *
         * @return true at the begin
         */
        public boolean isEmpty() {
            return size == 0;
        }

        /**
         * The set.
         *
         * @return an immutable value
         */
        public UnitRuns build() {
            return size == 0 ? EMPTY : new UnitRuns(Arrays.copyOf(bounds, size));
        }
    }

    /**
     * One run.
     *
     * @param first its first unit
     * @param count number of units, at least 1
     * @return the set
     */
    public static UnitRuns of(int first, int count) {
        return new Builder().add(first, count).build();
    }

    /**
     * Hands over the runs in ascending order.
     *
     * @param consumer receives each
     */
    public void forEach(RunConsumer consumer) {
        for (int index = 0; index < bounds.length; index += 2) {
            consumer.run(bounds[index], bounds[index + 1] - bounds[index]);
        }
    }

    /**
     * How many units there are.
     *
     * @return at least 0
     */
    public int count() {
        int count = 0;
        for (int index = 0; index < bounds.length; index += 2) {
            count += bounds[index + 1] - bounds[index];
        }
        return count;
    }

    /**
     * The first unit.
     *
     * @return at least 0
     * @throws IllegalStateException if the set is empty
     */
    public int first() {
        if (isEmpty()) {
            throw new IllegalStateException("there is no unit");
        }
        return bounds[0];
    }

    /**
     * The unit after the last.
     *
     * @return 0 if the set is empty
     */
    public int end() {
        return isEmpty() ? 0 : bounds[bounds.length - 1];
    }

    /**
     * Whether there are no units.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return bounds.length == 0;
    }

    /**
     * Writes the runs.
     *
     * @param sink receives them
     */
    public void writeTo(ByteSink sink) {
        sink.number(bounds.length / 2);
        int previous = 0;
        for (int index = 0; index < bounds.length; index += 2) {
            sink.number(bounds[index] - previous);
            sink.number(bounds[index + 1] - bounds[index]);
            previous = bounds[index + 1];
        }
    }

    /**
     * Reads runs of a file whose number of units is not known.
     *
     * @param cursor holds them
     * @return the runs
     */
    public static UnitRuns readFrom(ByteCursor cursor) {
        return readFrom(cursor, Integer.MAX_VALUE);
    }

    static UnitRuns readFrom(ByteCursor cursor, int unitCount) {
        int runs = cursor.count("runs");
        Builder builder = new Builder();
        int previous = 0;
        for (int run = 0; run < runs; run++) {
            int first = previous + cursor.number(unitCount - previous, "the begin of a run");
            int count = cursor.number(unitCount - first, "the length of a run");
            if (count == 0) {
                throw new MalformedContentException("a run is empty");
            }
            builder.add(first, count);
            previous = first + count;
        }
        return builder.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UnitRuns runs && Arrays.equals(bounds, runs.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(bounds);
    }
}
