package io.pgbackup.sftp;

/** The server's name for a file or directory that is open on one channel. */
final class FileHandle {
    private final byte[] bytes;

    FileHandle(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A request about this file. */
    SftpPacket request(int type) {
        return SftpPacket.request(type).string(bytes);
    }

    /** A request of an extension about this file. */
    SftpPacket extended(String extension) {
        return SftpPacket.request(SftpPacket.EXTENDED).text(extension).string(bytes);
    }
}
