package io.pgbackup.sftp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A request of the file protocol being put together. For use by one thread. */
final class SftpPacket {
    static final int INIT = 1;
    static final int VERSION = 2;
    static final int OPEN = 3;
    static final int CLOSE = 4;
    static final int READ = 5;
    static final int WRITE = 6;
    static final int LSTAT = 7;
    static final int OPENDIR = 11;
    static final int READDIR = 12;
    static final int REMOVE = 13;
    static final int MKDIR = 14;
    static final int RMDIR = 15;
    static final int STAT = 17;
    static final int RENAME = 18;
    static final int STATUS = 101;
    static final int HANDLE = 102;
    static final int DATA = 103;
    static final int NAME = 104;
    static final int ATTRIBUTES = 105;
    static final int EXTENDED = 200;
    static final int EXTENDED_REPLY = 201;

    private static final int LENGTH_BYTES = 4;
    private static final int ID_AT = 5;

    private byte[] bytes = new byte[128];
    private int length;

    private SftpPacket(int type) {
        int32(0);
        bytes[length++] = (byte) type;
    }

    /** A request whose number is filled in when it is sent. */
    static SftpPacket request(int type) {
        return new SftpPacket(type).int32(0);
    }

    /** The first packet of all, with the version that this client speaks. */
    static SftpPacket init(int version) {
        return new SftpPacket(INIT).int32(version);
    }

    SftpPacket int32(int value) {
        room(Integer.BYTES);
        ByteBuffer.wrap(bytes).putInt(length, value);
        length += Integer.BYTES;
        return this;
    }

    SftpPacket int64(long value) {
        room(Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(length, value);
        length += Long.BYTES;
        return this;
    }

    SftpPacket text(String value) {
        return string(value.getBytes(StandardCharsets.UTF_8));
    }

    SftpPacket string(byte[] value) {
        int32(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** The packet as it is sent, for a request with this number that is followed by {@code more} bytes from elsewhere. */
    byte[] numbered(int id, int more) {
        ByteBuffer.wrap(bytes).putInt(ID_AT, id);
        return followedBy(more);
    }

    /** The packet as it is sent. */
    byte[] followedBy(int more) {
        ByteBuffer.wrap(bytes).putInt(0, length - LENGTH_BYTES + more);
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
