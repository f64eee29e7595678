package io.pgbackup.sftp;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Exactly the bytes of a range of a file, or a failure. Asks ahead, the further the longer it is read, so that distance does not slow it
 * down and a small read stays small. For use by one thread.
 */
final class RangeStream extends InputStream {
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int FIRST_AHEAD = 4;
    /** Pieces under way on each lane: more than the window that its channel grants the server. */
    private static final int MOST_AHEAD = 48;
    /** Less than this is not worth another lane. */
    private static final int LONG_REST = 4 * 1024 * 1024;

    private final ObjectKey key;
    private final ReadLane.Source more;
    private final List<ReadLane> lanes = new ArrayList<>();
    private final Deque<Piece> asked = new ArrayDeque<>();
    private final long end;
    private long next;
    private long position;
    private int ahead = FIRST_AHEAD;
    private int turn;
    private boolean moreLanes = true;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean closed;

    /** Takes over the open file and its channel, and opens it on more channels if the read is long; closing this stream gives back all. */
    RangeStream(ObjectKey key, Range range, ReadLane first, ReadLane.Source more) {
        this.key = key;
        this.position = range.begin();
        this.next = range.begin();
        this.end = range.end();
        this.more = more;
        lanes.add(first);
    }

    /**
     * Where to read.
     *
     * @param begin first byte
     * @param end first byte after the range
     */
    record Range(long begin, long end) {}

    private record Piece(long offset, int length, ReadLane lane, Answer<Optional<ByteBuffer>> answer) {}

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        if (closed) {
            throw new IOException("the stream of " + key + " is closed");
        }
        if (count == 0) {
            return 0;
        }
        if (position == end) {
            return -1;
        }
        if (!current.hasRemaining()) {
            current = nextPiece();
        }
        int read = Math.min(count, current.remaining());
        current.get(bytes, offset, read);
        position += read;
        return read;
    }

    private ByteBuffer nextPiece() throws IOException {
        try {
            askAhead();
            Piece piece = asked.remove();
            ahead = Math.min(ahead + 1, MOST_AHEAD * lanes.size());
            Optional<ByteBuffer> bytes = piece.answer().get();
            if (bytes.isEmpty() || !bytes.get().hasRemaining()) {
                throw endedEarly();
            }
            int received = bytes.get().remaining();
            if (received > piece.length()) {
                throw new SftpProtocolException("more bytes than it was asked for");
            }
            if (received < piece.length()) {
                // The server delivered only a part: the rest comes first.
                asked.addFirst(ask(piece.lane(), piece.offset() + received, piece.length() - received));
            }
            return bytes.get();
        } catch (IOException e) {
            StorageException meaning = SftpErrors.classify("read " + key + " from byte " + position + " on", e);
            throw new IOException(meaning.getMessage(), meaning);
        }
    }

    private void askAhead() throws IOException {
        if (moreLanes && ahead == MOST_AHEAD * lanes.size() && end - next > LONG_REST) {
            Optional<ReadLane> another = more.open();
            another.ifPresent(lanes::add);
            moreLanes = another.isPresent();
        }
        while (next < end && asked.size() < ahead) {
            int length = (int) Math.min(PIECE_BYTES, end - next);
            turn = (turn + 1) % lanes.size();
            asked.add(ask(lanes.get(turn), next, length));
            next += length;
        }
        for (ReadLane lane : lanes) {
            lane.files().flush();
        }
    }

    private Piece ask(ReadLane lane, long offset, int length) throws IOException {
        return new Piece(offset, length, lane, lane.files().read(lane.handle(), offset, length));
    }

    private IOException endedEarly() {
        // Objects never shrink: a cut file is a damaged or half-mounted file system, and certainly no shorter object.
        String message =
                "the file of " + key + " ended at byte " + position + ", " + (end - position) + " before the end";
        return new IOException(message, new StorageUnavailableException(message, null));
    }

    @Override
    public int available() {
        return current.remaining();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        asked.clear();
        lanes.forEach(ReadLane::close);
    }
}
