package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One record whose checksum was right.
 *
 * @param format which version wrote it
 * @param start position of its first byte
 * @param end where the next record, or the header of the next page, begins
 * @param head the fields that every record has
 * @param blocks the pages it changes, in its own order
 * @param mainData what it says besides; empty for those that {@link ResourceManager} does not name; not to be changed
 */
public record WalRecord(WalFormat format, Lsn start, Lsn end, Head head, List<BlockReference> blocks, byte[] mainData) {
    /**
     * The fields that every record has.
     *
     * @param length in bytes, headers of pages that lie in between not counted
     * @param transaction number of the transaction, unsigned; 0 if it is of none
     * @param previous where the record before it begins
     * @param resourceManager who it is for: see {@link ResourceManager}
     * @param info what it is; the meaning of the upper four bits hangs on the resource manager
     * @param mainDataLength number of bytes that it says besides its pages, also if they were not kept
     * @param checksum CRC-32C of all of it
     */
    public record Head(
            long length,
            long transaction,
            Lsn previous,
            int resourceManager,
            int info,
            long mainDataLength,
            int checksum) {
        /**
         * What the record is, for its resource manager.
         *
         * @return the upper four bits of {@link #info}
         */
        public int operation() {
            return info & 0xF0;
        }

        /**
         * Whether the record is of a certain kind.
         *
         * @param manager who it would be for
         * @param operation what it would be
         * @return true if so
         */
        public boolean is(int manager, int operation) {
            return resourceManager == manager && operation() == operation;
        }

        boolean isSwitch() {
            return is(ResourceManager.LOG, SWITCH);
        }
    }

    private static final int SWITCH = 0x40;

    /**
     * Whether the rest of the segment is not used.
     *
     * @return true for the record that switches to the next segment
     */
    public boolean switchesSegment() {
        return head.isSwitch();
    }

    /** The main data, for reading its fields. */
    ByteBuffer fields() {
        return ByteBuffer.wrap(mainData).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Whether the record is of a kind that says more than which pages it changes; of others the main data is not kept.
     *
     * @return false for most
     */
    public boolean speaks() {
        return ResourceManager.speaks(head.resourceManager());
    }

    /** Refuses a record that says less than its kind must. */
    MalformedWalException tooShort() {
        return new MalformedWalException(
                WalProblem.BROKEN,
                start,
                "the record says less than one of its kind must: " + mainData.length + " bytes");
    }
}
