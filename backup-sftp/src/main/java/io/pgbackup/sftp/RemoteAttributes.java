package io.pgbackup.sftp;

import java.io.IOException;
import java.time.Instant;

/**
 * What the server says about a file.
 *
 * @param size in bytes
 * @param mode type and permissions as in POSIX; 0 if the server did not say
 * @param modified last modification, by the server's clock, in whole seconds
 */
record RemoteAttributes(long size, int mode, Instant modified) {
    private static final int HAS_SIZE = 1;
    private static final int HAS_OWNER = 2;
    private static final int HAS_PERMISSIONS = 4;
    private static final int HAS_TIMES = 8;
    private static final int HAS_EXTENSIONS = 0x80000000;
    private static final long UNSIGNED = 0xffff_ffffL;

    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int LINK = 0120000;

    static RemoteAttributes read(SftpReply reply) throws IOException {
        int flags = reply.int32();
        long size = (flags & HAS_SIZE) != 0 ? reply.int64() : -1;
        if ((flags & HAS_OWNER) != 0) {
            reply.int64();
        }
        int mode = (flags & HAS_PERMISSIONS) != 0 ? reply.int32() : 0;
        Instant modified = Instant.EPOCH;
        if ((flags & HAS_TIMES) != 0) {
            reply.int32();
            modified = Instant.ofEpochSecond(reply.int32() & UNSIGNED);
        }
        if ((flags & HAS_EXTENSIONS) != 0) {
            for (int count = reply.int32(); count > 0; count--) {
                reply.bytes();
                reply.bytes();
            }
        }
        return new RemoteAttributes(size, mode, modified);
    }

    /** Attributes of a new file or directory: nothing but permissions. */
    static SftpPacket permissions(SftpPacket packet, int permissions) {
        return packet.int32(HAS_PERMISSIONS).int32(permissions);
    }

    boolean isFile() {
        return (mode & TYPE) == REGULAR && size >= 0;
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isLink() {
        return (mode & TYPE) == LINK;
    }
}
