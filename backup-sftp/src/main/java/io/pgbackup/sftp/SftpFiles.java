package io.pgbackup.sftp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What can be asked of the server's files, on one channel until closed. Every method sends a request and returns at once; the answer can be
 * waited for, so that many requests need not take many round trips. The server works in the order of the requests.
 *
 * <p>There is deliberately no replacing rename here: nothing in this module can overwrite an object.
 */
final class SftpFiles implements AutoCloseable {
    static final String HARD_LINK = "hardlink@openssh.com";
    static final String FORCE = "fsync@openssh.com";
    private static final String FILE_SYSTEM = "statvfs@openssh.com";

    private static final int OPEN_READ = 0x01;
    private static final int OPEN_WRITE = 0x02;
    private static final int OPEN_CREATE = 0x08;
    private static final int OPEN_EXCLUSIVELY = 0x20;
    private static final int FILE_PERMISSIONS = 0640;
    private static final int DIRECTORY_PERMISSIONS = 0750;

    private final SftpChannel channel;

    /** Works with a channel until closed; the channel stays open. */
    SftpFiles(SftpChannel channel) {
        this.channel = channel;
        channel.use();
    }

    boolean offers(String extension) {
        return channel.offers(extension);
    }

    /** Attributes of the path itself; empty if the server says that there is no such file. */
    Answer<Optional<RemoteAttributes>> look(String path) throws IOException {
        return attributes(SftpPacket.LSTAT, path);
    }

    /** The same for what a link leads to. */
    Answer<Optional<RemoteAttributes>> follow(String path) throws IOException {
        return attributes(SftpPacket.STAT, path);
    }

    private Answer<Optional<RemoteAttributes>> attributes(int type, String path) throws IOException {
        return ask(SftpPacket.request(type).text(path), reply -> {
            try {
                return Optional.of(RemoteAttributes.read(reply.expect(SftpPacket.ATTRIBUTES)));
            } catch (SftpStatusException e) {
                if (e.isMissing()) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** Opens an existing file, or a directory to be forced to the disk, for reading. */
    Answer<FileHandle> open(String path) throws IOException {
        return handle(
                SftpPacket.request(SftpPacket.OPEN).text(path).int32(OPEN_READ).int32(0));
    }

    /** Makes a file that does not exist yet, for writing. */
    Answer<FileHandle> create(String path) throws IOException {
        SftpPacket packet =
                SftpPacket.request(SftpPacket.OPEN).text(path).int32(OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVELY);
        return handle(RemoteAttributes.permissions(packet, FILE_PERMISSIONS));
    }

    Answer<FileHandle> openDirectory(String path) throws IOException {
        return handle(SftpPacket.request(SftpPacket.OPENDIR).text(path));
    }

    private Answer<FileHandle> handle(SftpPacket packet) throws IOException {
        return ask(
                packet, reply -> new FileHandle(reply.expect(SftpPacket.HANDLE).string()));
    }

    /** Some more entries of an open directory; empty at its end. */
    Answer<Optional<List<RemoteEntry>>> entries(FileHandle directory) throws IOException {
        return ask(directory.request(SftpPacket.READDIR), reply -> {
            try {
                return Optional.of(entries(reply.expect(SftpPacket.NAME)));
            } catch (SftpStatusException e) {
                return emptyAtEnd(e);
            }
        });
    }

    private static List<RemoteEntry> entries(SftpReply reply) throws IOException {
        List<RemoteEntry> entries = new ArrayList<>();
        for (int count = reply.int32(); count > 0; count--) {
            String name = reply.text();
            // The entry once more, as ls prints it: for people only.
            reply.bytes();
            entries.add(new RemoteEntry(name, RemoteAttributes.read(reply)));
        }
        return entries;
    }

    /** Bytes of an open file, perhaps fewer than wanted; empty at its end. */
    Answer<Optional<ByteBuffer>> read(FileHandle file, long offset, int count) throws IOException {
        return ask(file.request(SftpPacket.READ).int64(offset).int32(count), reply -> {
            try {
                return Optional.of(reply.expect(SftpPacket.DATA).bytes());
            } catch (SftpStatusException e) {
                return emptyAtEnd(e);
            }
        });
    }

    private static <T> Optional<T> emptyAtEnd(SftpStatusException status) throws SftpStatusException {
        if (status.code() == SftpStatusException.END_OF_FILE) {
            return Optional.empty();
        }
        throw status;
    }

    Answer<SftpReply> write(FileHandle file, long offset, byte[] bytes, int count) throws IOException {
        SftpPacket packet = file.request(SftpPacket.WRITE).int64(offset).int32(count);
        return new Answer<>(channel, channel.send(packet, bytes, count), SftpFiles::done);
    }

    /** Forces an open file or directory to the disk; only where {@link #FORCE} is offered. */
    Answer<SftpReply> force(FileHandle file) throws IOException {
        return ask(file.extended(FORCE), SftpFiles::done);
    }

    Answer<SftpReply> close(FileHandle file) throws IOException {
        return ask(file.request(SftpPacket.CLOSE), SftpFiles::done);
    }

    Answer<SftpReply> remove(String path) throws IOException {
        return ask(SftpPacket.request(SftpPacket.REMOVE).text(path), SftpFiles::done);
    }

    Answer<SftpReply> makeDirectory(String path) throws IOException {
        SftpPacket packet = SftpPacket.request(SftpPacket.MKDIR).text(path);
        return ask(RemoteAttributes.permissions(packet, DIRECTORY_PERMISSIONS), SftpFiles::done);
    }

    Answer<SftpReply> removeDirectory(String path) throws IOException {
        return ask(SftpPacket.request(SftpPacket.RMDIR).text(path), SftpFiles::done);
    }

    /** Gives a file a second name, which must be free; only where {@link #HARD_LINK} is offered. */
    Answer<SftpReply> hardLink(String existing, String added) throws IOException {
        SftpPacket packet =
                SftpPacket.request(SftpPacket.EXTENDED).text(HARD_LINK).text(existing);
        return ask(packet.text(added), SftpFiles::done);
    }

    /** The rename of the protocol itself, which must refuse a name that is taken; some servers do not, see {@link Publishing}. */
    Answer<SftpReply> rename(String from, String to) throws IOException {
        return ask(SftpPacket.request(SftpPacket.RENAME).text(from).text(to), SftpFiles::done);
    }

    /** Bytes that this account can still store in the file system of a path; empty if the server cannot tell. */
    OptionalLong freeBytes(String path) throws IOException {
        if (!offers(FILE_SYSTEM)) {
            return OptionalLong.empty();
        }
        SftpPacket packet =
                SftpPacket.request(SftpPacket.EXTENDED).text(FILE_SYSTEM).text(path);
        return ask(packet, reply -> {
                    SftpReply facts = reply.expect(SftpPacket.EXTENDED_REPLY);
                    facts.int64();
                    long blockSize = facts.int64();
                    facts.int64();
                    facts.int64();
                    return OptionalLong.of(blockSize * facts.int64());
                })
                .get();
    }

    private <T> Answer<T> ask(SftpPacket packet, Answer.Reading<T> reading) throws IOException {
        return new Answer<>(channel, channel.send(packet), reading);
    }

    private static SftpReply done(SftpReply reply) throws IOException {
        reply.expectDone();
        return reply;
    }

    /** Sends what is not waited for. */
    void flush() throws IOException {
        channel.flush();
    }

    /** Gives the channel back. */
    @Override
    public void close() {
        channel.release();
    }
}
