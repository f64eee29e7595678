package io.pgbackup.sftp;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Cuts the bytes that arrive on a channel into replies. Fed by the thread that reads the connection, so it never waits. */
final class ReplyReader extends OutputStream {
    /** Longer than anything a server sends: data and listings come in pieces of at most 256 KiB. */
    private static final int LONGEST = 512 * 1024;

    private static final int LENGTH_BYTES = 4;

    private final Receiver receiver;
    private final ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES);
    private ByteBuffer body = ByteBuffer.allocate(0);

    ReplyReader(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Takes what arrives. */
    interface Receiver {
        /** Something arrived, perhaps not a whole reply. */
        void progress();

        /** A whole reply arrived. */
        void received(int type, ByteBuffer rest) throws IOException;

        /** Nothing will arrive any more. */
        void ended();
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        receiver.progress();
        ByteBuffer arrived = ByteBuffer.wrap(bytes, offset, count);
        while (arrived.hasRemaining()) {
            if (length.hasRemaining()) {
                move(arrived, length);
                if (!length.hasRemaining()) {
                    begin(length.getInt(0));
                }
            } else {
                move(arrived, body);
                if (!body.hasRemaining()) {
                    length.clear();
                    body.flip();
                    receiver.received(body.get() & 0xff, body);
                }
            }
        }
    }

    private void begin(int announced) throws IOException {
        if (announced < 1 || announced > LONGEST) {
            throw new SftpProtocolException(
                    "a reply of " + announced + " bytes; does a login script of the account print something?");
        }
        body = ByteBuffer.allocate(announced);
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(from.slice(from.position(), count));
        from.position(from.position() + count);
    }

    @Override
    public void close() {
        receiver.ended();
    }
}
