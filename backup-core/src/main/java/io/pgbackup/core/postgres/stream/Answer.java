package io.pgbackup.core.postgres.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the server answers to a command that does not stream.
 *
 * @param rows each a list of columns; empty for null
 */
record Answer(List<List<Optional<byte[]>>> rows) {
    /** Receives all up to the moment when the server waits for the next command. A refusal leaves the session usable. */
    static Answer receive(Wire wire) throws IOException, ServerRefusal {
        List<List<Optional<byte[]>>> rows = new ArrayList<>();
        try {
            for (Wire.Message message = wire.receive(); message.type() != 'Z'; message = wire.receive()) {
                if (message.type() == 'D') {
                    rows.add(columns(message.body()));
                }
            }
        } catch (ServerRefusal e) {
            while (wire.receive().type() != 'Z') {
                // Nothing but the end of the failed command comes.
            }
            throw e;
        }
        return new Answer(rows);
    }

    private static List<Optional<byte[]>> columns(ByteBuffer body) {
        int count = body.getShort();
        List<Optional<byte[]>> columns = new ArrayList<>(count);
        for (int at = 0; at < count; at++) {
            int length = body.getInt();
            if (length < 0) {
                columns.add(Optional.empty());
            } else {
                byte[] value = new byte[length];
                body.get(value);
                columns.add(Optional.of(value));
            }
        }
        return columns;
    }

    /** A column of the only row as bytes. */
    Optional<byte[]> bytes(int column) throws IOException {
        if (rows.size() != 1 || rows.get(0).size() <= column) {
            throw new IOException("the server answered " + rows.size() + " rows, not one with column " + column);
        }
        return rows.get(0).get(column);
    }

    /** A column of the only row as text. */
    Optional<String> text(int column) throws IOException {
        return bytes(column).map(value -> new String(value, StandardCharsets.UTF_8));
    }

    /** A column of the only row that must not be null. */
    String required(int column) throws IOException {
        return text(column).orElseThrow(() -> new IOException("the server answered nothing in column " + column));
    }
}
