package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads one record whose place is known, and nothing else of its segment. Immutable. */
public record SingleRecord(WalLayout layout, WalFormat format) {
    /**
     * Reads it.
     *
     * @param position where it begins
     * @param log holds it
     * @return the record; whether it follows the one before is not looked at
     * @throws MalformedWalException if there is none
     */
    public WalRecord read(Lsn position, LogBytes log) {
        byte[] page = new byte[layout.pageSize()];
        take(log, position, page, Integer.BYTES);
        RecordDecoder decoder = new RecordDecoder(format);
        int length = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).getInt();
        decoder.begin(position, Integer.toUnsignedLong(length));
        long at = position.value();
        while (decoder.remaining() > 0) {
            at = layout.next(new Lsn(at)).value();
            int room = layout.pageSize() - (int) (at % layout.pageSize());
            int wanted = (int) Math.min(room, decoder.remaining());
            take(log, new Lsn(at), page, wanted);
            decoder.accept(page, 0, wanted);
            at += wanted;
        }
        return decoder.finish(new Lsn((at + 7) / 8 * 8));
    }

    private static void take(LogBytes log, Lsn position, byte[] into, int length) {
        if (log.read(position, into, length) < length) {
            throw MalformedWalException.cut(position);
        }
    }
}
