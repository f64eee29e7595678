package io.pgbackup.sftp;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;

/**
 * Exactly the bytes of a range of a file, or a failure. Asks ahead, the further the longer it is read, so that distance does not slow it
 * down and a small read stays small. For use by one thread.
 */
final class RangeStream extends InputStream {
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int FIRST_AHEAD = 4;
    /** Pieces under way: twice the window that the channel grants the server. */
    private static final int MOST_AHEAD = 64;

    private final ObjectKey key;
    private final SftpFiles files;
    private final FileHandle handle;
    private final Deque<Piece> asked = new ArrayDeque<>();
    private final long end;
    private long next;
    private long position;
    private int ahead = FIRST_AHEAD;
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean closed;

    /** Takes over the open file and the channel: closing this stream closes the one and gives back the other. */
    RangeStream(ObjectKey key, SftpFiles files, FileHandle handle, Range range) {
        this.key = key;
        this.files = files;
        this.handle = handle;
        this.position = range.begin();
        this.next = range.begin();
        this.end = range.end();
    }

    /**
     * Where to read.
     *
     * @param begin first byte
     * @param end first byte after the range
     */
    record Range(long begin, long end) {}

    private record Piece(long offset, int length, Answer<Optional<ByteBuffer>> answer) {}

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
            ahead = Math.min(ahead + 1, MOST_AHEAD);
            Optional<ByteBuffer> bytes = piece.answer().get();
            if (bytes.isEmpty() || !bytes.get().hasRemaining()) {
                throw endedEarly();
            }
            int received = bytes.get().remaining();
            if (received > piece.length()) {
                throw new SftpProtocolException("more bytes than it was asked for");
            }
            if (received < piece.length()) {
                askFirst(piece.offset() + received, piece.length() - received);
            }
            return bytes.get();
        } catch (IOException e) {
            StorageException meaning = SftpErrors.classify("read " + key + " from byte " + position + " on", e);
            throw new IOException(meaning.getMessage(), meaning);
        }
    }

    private void askAhead() throws IOException {
        while (next < end && asked.size() < ahead) {
            int length = (int) Math.min(PIECE_BYTES, end - next);
            asked.add(new Piece(next, length, files.read(handle, next, length)));
            next += length;
        }
    }

    /** The rest of a piece of which the server delivered only a part. */
    private void askFirst(long offset, int length) throws IOException {
        asked.addFirst(new Piece(offset, length, files.read(handle, offset, length)));
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
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        asked.clear();
        try (files) {
            files.close(handle);
            files.flush();
        } catch (IOException e) {
            // Nothing is lost: the server closes what is open when the channel ends.
            current.clear();
        }
    }
}
