package io.pgbackup.restore;

/** Along which timeline recovery goes. Immutable values. */
public sealed interface RecoveryTimeline {
    /**
     * The newest of those that lead on from the backup. If no backup is named, one is chosen from which the newest timeline of all can be followed to the
     * target; only if there is none, one that leads along an older timeline.
     *
     * @return the timeline
     */
    static RecoveryTimeline latest() {
        return Kind.LATEST;
    }

    /**
     * The one on which the backup was taken.
     *
     * @return the timeline
     */
    static RecoveryTimeline current() {
        return Kind.CURRENT;
    }

    /**
     * A certain one.
     *
     * @param number 1 to 4294967295; a decimal number, while names of WAL files have it in hexadecimal digits
     * @return the timeline
     */
    static RecoveryTimeline number(long number) {
        return new Numbered(number);
    }

    /** The two that need no number. */
    enum Kind implements RecoveryTimeline {
        /** See {@link RecoveryTimeline#latest()}. */
        LATEST,
        /** See {@link RecoveryTimeline#current()}. */
        CURRENT
    }

    /**
     * See {@link RecoveryTimeline#number(long)}.
     *
     * @param number of the timeline
     */
    record Numbered(long number) implements RecoveryTimeline {
        /** Checks the range. */
        public Numbered {
            if (number < 1 || number > 0xFFFF_FFFFL) {
                throw new IllegalArgumentException("a timeline is between 1 and 4294967295, not " + number);
            }
        }
    }
}
