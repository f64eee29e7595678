package io.pgbackup.core.postgres;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ClusterException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The contents of {@code global/pg_control} of a cluster of PostgreSQL 13 to 18 (layout: {@code src/include/catalog/pg_control.h}). Parsed
 * bytes always carry the right checksum. Immutable and safe for use by many threads.
 */
public final class ControlFile {
    private static final int SMALLEST_BLOCK = 1024;
    private static final int LARGEST_BLOCK = 32 * 1024;

    private final byte[] bytes;
    private final ByteBuffer fields;

    private ControlFile(byte[] bytes) {
        this.bytes = bytes;
        this.fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Parses the bytes of a control file.
     *
     * @param bytes the whole file; copied
     * @return the contents
     * @throws ClusterException {@code SOURCE_UNREADABLE} if the bytes are damaged, torn or no control file at all,
     *     {@code UNSUPPORTED_SERVER} if they are of a version or a machine that this library does not know
     */
    public static ControlFile parse(byte[] bytes) {
        byte[] copy = bytes.clone();
        ControlFileLayout.of(copy).requireIntact(copy);
        ControlFile control = new ControlFile(copy);
        control.requireSane();
        return control;
    }

    /** Bytes whose checksum is right may still be none that a server wrote: what cannot be told is refused here and not later. */
    private void requireSane() {
        try {
            timeline();
            previousTimeline();
            walSegmentSize();
            updated();
        } catch (IllegalArgumentException | DateTimeException e) {
            throw ControlFileLayout.damaged(String.valueOf(e.getMessage()));
        }
        if (Integer.bitCount(blockSize()) != 1 || blockSize() < SMALLEST_BLOCK || blockSize() > LARGEST_BLOCK) {
            throw ControlFileLayout.damaged("it says that pages have " + blockSize() + " bytes");
        }
    }

    /**
     * The file as it was read.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The number that tells this cluster from every other; drawn at initdb.
     *
     * @return an unsigned number
     */
    public long systemIdentifier() {
        return fields.getLong(0);
    }

    /**
     * The version of the layout of this file.
     *
     * @return 1300, 1700 or 1800
     */
    public int controlVersion() {
        return fields.getInt(8);
    }

    /**
     * The version of the system catalogs, part of the names of tablespace directories.
     *
     * @return for example 202406281
     */
    public int catalogVersion() {
        return fields.getInt(12);
    }

    /**
     * What the cluster was doing.
     *
     * @return the state when the file was written
     */
    public ClusterState state() {
        return ClusterState.values()[fields.getInt(16)];
    }

    /**
     * When the file was written, by the server's clock.
     *
     * @return to the second
     */
    public Instant updated() {
        return Instant.ofEpochSecond(fields.getLong(24));
    }

    /**
     * Where the latest checkpoint record is.
     *
     * @return a position
     */
    public Lsn checkpoint() {
        return lsn(32);
    }

    /**
     * Where replay from the latest checkpoint would begin.
     *
     * @return a position
     */
    public Lsn redo() {
        return lsn(40);
    }

    /**
     * The timeline of the latest checkpoint; after a promotion the old one until the first checkpoint.
     *
     * @return a timeline
     */
    public Timeline timeline() {
        return new Timeline(unsigned(48));
    }

    /**
     * The timeline before {@link #timeline()} if the checkpoint began a new one, else the same.
     *
     * @return a timeline
     */
    public Timeline previousTimeline() {
        return new Timeline(unsigned(52));
    }

    /**
     * Whether whole pages were logged after a checkpoint.
     *
     * @return the setting at the latest checkpoint
     */
    public boolean fullPageWrites() {
        return fields.get(56) != 0;
    }

    /**
     * How far replay must go before the cluster is consistent; zero outside recovery.
     *
     * @return a position
     */
    public Lsn minRecoveryPoint() {
        return lsn(136);
    }

    /**
     * The timeline of {@link #minRecoveryPoint()}.
     *
     * @return an unsigned number, zero outside recovery
     */
    public long minRecoveryPointTimeline() {
        return unsigned(144);
    }

    /**
     * Where the backup began from which this cluster is being restored; zero if it is not.
     *
     * @return a position
     */
    public Lsn backupStart() {
        return lsn(152);
    }

    /**
     * Settings the cluster ran with that matter to its restore.
     *
     * @return as they were last written
     */
    public ControlSettings settings() {
        return ControlSettings.read(fields);
    }

    /**
     * Bytes per page.
     *
     * @return a power of two from 1 to 32 KiB, usually 8192
     */
    public int blockSize() {
        return fields.getInt(216);
    }

    /**
     * Pages per segment file of a relation.
     *
     * @return an unsigned number, usually 131072
     */
    public long blocksPerSegment() {
        return unsigned(220);
    }

    /**
     * Bytes per WAL page.
     *
     * @return usually 8192
     */
    public int walBlockSize() {
        return fields.getInt(224);
    }

    /**
     * Bytes per WAL segment.
     *
     * @return a power of two from 1 MiB to 1 GiB
     */
    public WalSegmentSize walSegmentSize() {
        return new WalSegmentSize(fields.getInt(228));
    }

    /**
     * The algorithm of page checksums.
     *
     * @return 0 for none, 1 for the one there is
     */
    public int checksumVersion() {
        return fields.getInt(252);
    }

    /**
     * Whether pages carry checksums.
     *
     * @return true if so
     */
    public boolean checksums() {
        return checksumVersion() != 0;
    }

    private Lsn lsn(int at) {
        return new Lsn(fields.getLong(at));
    }

    private long unsigned(int at) {
        return Integer.toUnsignedLong(fields.getInt(at));
    }

    /** For messages: whose file this is and how old. */
    @Override
    public String toString() {
        return "ControlFile[system " + Long.toUnsignedString(systemIdentifier()) + ", version " + controlVersion()
                + ", " + state() + ", redo " + redo() + " on timeline " + timeline() + "]";
    }
}
