package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.RawSession;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Messages to and from the server: a byte for the type, four for the length, a body (PostgreSQL, "Message Formats"). One thread receives; any may send.
 */
final class Wire {
    private static final int BUFFER = 1 << 18;
    private static final int LONGEST = 1 << 26;

    private final DataInputStream input;
    private final OutputStream output;
    private final ReentrantLock sending = new ReentrantLock();
    private byte[] body = new byte[BUFFER];

    Wire(RawSession session) throws IOException {
        this.input = new DataInputStream(new BufferedInputStream(session.input(), BUFFER));
        this.output = session.output();
    }

    /**
     * A message of the server.
     *
     * @param type its first byte
     * @param body its content, big-endian; until the next message is received
     */
    record Message(char type, ByteBuffer body) {}

    /** The next message that is not a mere note of the server. */
    Message receive() throws IOException, ServerRefusal {
        while (true) {
            char type = (char) input.readUnsignedByte();
            int length = input.readInt() - Integer.BYTES;
            if (length < 0 || length > LONGEST) {
                throw new IOException("the server sent a message of " + length + " bytes");
            }
            if (length > body.length) {
                body = new byte[length];
            }
            input.readFully(body, 0, length);
            ByteBuffer content = ByteBuffer.wrap(body, 0, length);
            switch (type) {
                case 'E' -> throw refusal(content);
                case 'N', 'S', 'A' -> {
                    // A notice, a setting that changed, a notification: nothing that a receiver acts upon.
                }
                default -> {
                    return new Message(type, content);
                }
            }
        }
    }

    /** Whether the next message is not here yet; may say so wrongly under TLS. */
    boolean idle() throws IOException {
        return input.available() == 0;
    }

    void send(char type, byte[] content) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(1 + Integer.BYTES + content.length);
        message.put((byte) type).putInt(Integer.BYTES + content.length).put(content);
        sending.lock();
        try {
            output.write(message.array());
            output.flush();
        } finally {
            sending.unlock();
        }
    }

    void query(String command) throws IOException {
        send('Q', (command + '\0').getBytes(StandardCharsets.UTF_8));
    }

    private static ServerRefusal refusal(ByteBuffer content) {
        Map<Character, String> fields = new HashMap<>();
        while (content.hasRemaining()) {
            char field = (char) content.get();
            if (field == 0) {
                break;
            }
            fields.put(field, text(content));
        }
        String detail = fields.get('D');
        String message = fields.getOrDefault('M', "an error without words");
        return new ServerRefusal(
                fields.getOrDefault('C', ""), detail == null ? message : message + " (" + detail + ")");
    }

    private static String text(ByteBuffer content) {
        int begin = content.position();
        while (content.get() != 0) {
            // Up to the zero byte.
        }
        return new String(
                content.array(), content.arrayOffset() + begin, content.position() - begin - 1, StandardCharsets.UTF_8);
    }
}
