package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.restore.target.TargetFailure;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.pipeline.FrameFingerprint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Compares a file of the target with what it shall be, by content alone: pages by their fingerprints, any other file by its digest. Safe for use by
 * many threads.
 */
public final class FileComparison {
    private static final int CHUNK = 256 * 1024;

    private final FrameFingerprint fingerprint;

    public FileComparison(FrameFingerprint fingerprint) {
        this.fingerprint = fingerprint;
    }

    /**
     * What differs.
     *
     * @param units those that are missing or different; all of them for a file that is not paged
     * @param equalBytes bytes of all other units
     */
    public record Difference(BitSet units, long equalBytes) {}

    /** Reads the file; what lies behind the wanted size does not matter. */
    public Difference compare(Path path, ResolvedFile wanted) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            return wanted.file().proof().paged() ? pages(channel, wanted) : whole(channel, wanted);
        } catch (IOException e) {
            throw TargetFailure.reading(path, e);
        }
    }

    private Difference pages(FileChannel channel, ResolvedFile wanted) throws IOException {
        BitSet changed = new BitSet();
        long equal = 0;
        int perChunk = Math.max(1, CHUNK / wanted.unitSize());
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(
                (long) perChunk * wanted.unitSize(), wanted.file().attributes().size()));
        for (int first = 0; first < wanted.unitCount(); first += perChunk) {
            int read = read(channel, (long) first * wanted.unitSize(), buffer.clear());
            int end = Math.min(wanted.unitCount(), first + perChunk);
            for (int unit = first; unit < end; unit++) {
                int offset = (unit - first) * wanted.unitSize();
                int length = wanted.unitLength(unit);
                if (offset + length <= read
                        && fingerprint.of(buffer.array(), offset, length) == wanted.fingerprint(unit)) {
                    equal += length;
                } else {
                    changed.set(unit);
                }
            }
        }
        return new Difference(changed, equal);
    }

    private static Difference whole(FileChannel channel, ResolvedFile wanted) throws IOException {
        long size = wanted.file().attributes().size();
        BitSet changed = new BitSet();
        if (channel.size() >= size
                && Arrays.equals(digest(channel, size), wanted.file().proof().digest())) {
            return new Difference(changed, size);
        }
        changed.set(0, wanted.unitCount());
        return new Difference(changed, 0);
    }

    private static byte[] digest(FileChannel channel, long size) throws IOException {
        MessageDigest digest = FileProof.sha256();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(1, size)));
        long position = 0;
        while (position < size) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), size - position));
            int read = read(channel, position, buffer);
            if (read <= 0) {
                break;
            }
            digest.update(buffer.array(), 0, read);
            position += read;
        }
        return digest.digest();
    }

    private static int read(FileChannel channel, long position, ByteBuffer into) throws IOException {
        int total = 0;
        while (into.hasRemaining()) {
            int count = channel.read(into, position + total);
            if (count < 0) {
                break;
            }
            total += count;
        }
        return total;
    }
}
