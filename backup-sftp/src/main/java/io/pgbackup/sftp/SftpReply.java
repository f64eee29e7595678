package io.pgbackup.sftp;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A reply of the server, read from front to back. A reply that ends too early or is of an unexpected type is an error. For use by one thread. */
final class SftpReply {
    private final int type;
    private final ByteBuffer body;

    SftpReply(int type, ByteBuffer body) {
        this.type = type;
        this.body = body;
    }

    int type() {
        return type;
    }

    boolean hasMore() {
        return body.hasRemaining();
    }

    /** This reply if it is what was asked for. A status instead is thrown as what the server said. */
    SftpReply expect(int wanted) throws IOException {
        if (type == wanted) {
            return this;
        }
        if (type == SftpPacket.STATUS) {
            throw status();
        }
        throw new SftpProtocolException("a reply of type " + type + " instead of " + wanted);
    }

    /** Throws unless this is a status that says "done". */
    void expectDone() throws IOException {
        if (type != SftpPacket.STATUS) {
            throw new SftpProtocolException("a reply of type " + type + " instead of a status");
        }
        SftpStatusException status = status();
        if (status.code() != SftpStatusException.OK) {
            throw status;
        }
    }

    private SftpStatusException status() throws IOException {
        int code = int32();
        return new SftpStatusException(code, hasMore() ? text() : "");
    }

    int int32() throws IOException {
        try {
            return body.getInt();
        } catch (BufferUnderflowException e) {
            throw tooShort(e);
        }
    }

    long int64() throws IOException {
        try {
            return body.getLong();
        } catch (BufferUnderflowException e) {
            throw tooShort(e);
        }
    }

    /** A string of bytes, without copying it. */
    ByteBuffer bytes() throws IOException {
        int length = int32();
        if (length < 0 || length > body.remaining()) {
            throw tooShort(new BufferUnderflowException());
        }
        ByteBuffer slice = body.slice(body.position(), length);
        body.position(body.position() + length);
        return slice;
    }

    byte[] string() throws IOException {
        ByteBuffer slice = bytes();
        byte[] copy = new byte[slice.remaining()];
        slice.get(copy);
        return copy;
    }

    String text() throws IOException {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    private static SftpProtocolException tooShort(BufferUnderflowException cause) {
        return new SftpProtocolException("a reply that ends too early", cause);
    }
}
