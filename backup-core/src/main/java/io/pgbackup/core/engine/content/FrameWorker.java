package io.pgbackup.core.engine.content;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.RangeJoiner;
import io.pgbackup.core.block.RangeJoiner.Range;
import io.pgbackup.core.block.RangeJoiner.Wanted;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.core.repository.set.BundleReader;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one worker opens frames with. One at a time. */
final class FrameWorker implements AutoCloseable {
    private static final String HINT = "verify tells what else is affected; use another backup or repository";

    private static final byte[] ZEROS = new byte[ManifestEntry.File.PLAIN_UNIT];

    private final List<SetLayout> sets;
    private final FrameFingerprint fingerprint;
    private final BundleReader reader;
    private final int pageSize;
    private final byte[] frame = new byte[ManifestEntry.File.PLAIN_UNIT];

    FrameWorker(ContentReader.Source source) {
        this.sets = source.sets();
        this.fingerprint = new FrameFingerprint(source.seed());
        this.reader = new BundleReader(source.repository());
        this.pageSize = source.pageSize();
    }

    /** Reads whatever is wanted; returns the bytes read. */
    long fetch(List<FrameWorkers.Fetch> fetches) {
        long bytesRead = 0;
        List<Wanted<WantedFile>> joined = new ArrayList<>();
        for (FrameWorkers.Fetch fetch : fetches) {
            WantedFile wanted = new WantedFile(
                    fetch.file(),
                    fetch.target(),
                    fetch.file().unitSize(pageSize),
                    fetch.frames().size());
            if (wanted.inOrder(pageSize)) {
                copySequentially(wanted, fetch.frames());
                bytesRead += fetch.frames().stream()
                        .mapToLong(frame -> frame.frame().stored())
                        .sum();
            } else {
                fetch.frames().forEach(frame -> joined.add(new Wanted<>(frame, wanted)));
            }
        }
        for (Range<WantedFile> range : RangeJoiner.join(joined)) {
            copy(range, (file, failure) -> {
                throw failure;
            });
            bytesRead += range.length();
        }
        return bytesRead;
    }

    /** Reads a range and hands over its frames; returns the bytes handed over. */
    long copy(Range<WantedFile> range, ContentReader.Damage damage) {
        long bytes = 0;
        try {
            reader.readRange(sets.get(range.set()), range.bundle(), range.offset(), range.length());
        } catch (RepositoryException e) {
            range.frames().forEach(wanted -> damage.found(wanted.target().file(), e));
            return 0;
        }
        for (Wanted<WantedFile> wanted : range.frames()) {
            try {
                bytes += copy(wanted, range.offset());
                wanted.target().frameArrived();
            } catch (RepositoryException e) {
                damage.found(wanted.target().file(), e);
            }
        }
        return bytes;
    }

    private long copy(Wanted<WantedFile> wanted, long rangeOffset) {
        NeededFrame needed = wanted.frame();
        WantedFile file = wanted.target();
        int length = reader.open(needed.frame(), rangeOffset, frame);
        if (!file.file().proof().paged()) {
            MessageDigest digest = FileProof.sha256();
            digest.update(frame, 0, length);
            requireProof(file.file(), digest.digest());
        }
        return new UnitCopy(file, needed, length).copy();
    }

    /** The order of units within a frame, and which of them are wanted. */
    private final class UnitCopy {
        private final WantedFile file;
        private final NeededFrame needed;
        private final boolean[] wanted;
        private final int firstUnit;
        private final int length;
        private int position;
        private int known;
        private long bytes;

        UnitCopy(WantedFile file, NeededFrame needed, int length) {
            this.file = file;
            this.length = length;
            this.needed = needed;
            this.firstUnit = needed.frame().units().first();
            this.wanted = new boolean[needed.frame().units().end() - firstUnit];
            needed.needed()
                    .forEach((first, count) -> Arrays.fill(wanted, first - firstUnit, first - firstUnit + count, true));
        }

        long copy() {
            needed.frame().units().forEach(this::run);
            return bytes;
        }

        private void run(int first, int count) {
            int unit = first;
            while (unit < first + count) {
                int end = unit;
                int begin = position;
                while (end < first + count && wanted[end - firstUnit]) {
                    check(end);
                    position += file.unitLength(end);
                    end++;
                }
                if (end > unit) {
                    file.target().write((long) unit * file.unitSize(), frame, begin, position - begin);
                    bytes += position - begin;
                    unit = end;
                } else {
                    position += file.unitLength(unit);
                    unit++;
                }
            }
        }

        /** Units behind the wanted ones may have had another length in an older set; they do not matter. */
        private void check(int unit) {
            if (length - position < file.unitLength(unit)) {
                throw damaged(file.file(), "a frame ends before page " + unit);
            }
            if (file.file().proof().paged()
                    && fingerprint.of(frame, position, file.unitLength(unit)) != needed.expected()[known++]) {
                throw damaged(file.file(), "page " + unit + " is not the one that was backed up");
            }
        }
    }

    /** A file of several frames that is not paged: in order, because its digest is over the whole. */
    long copySequentially(WantedFile file, List<NeededFrame> frames) {
        MessageDigest digest = FileProof.sha256();
        long position = 0;
        for (NeededFrame needed : frames) {
            int unit = needed.frame().units().first();
            position = zerosUntil((long) unit * file.unitSize(), position, digest);
            reader.readRange(
                    sets.get(needed.set()),
                    needed.frame().bundle(),
                    needed.frame().offset(),
                    needed.frame().stored());
            int length = reader.open(needed.frame(), needed.frame().offset(), frame);
            if (length != file.unitLength(unit)) {
                throw damaged(file.file(), "a frame has " + length + " bytes");
            }
            digest.update(frame, 0, length);
            file.target().write(position, frame, 0, length);
            position += length;
        }
        position = zerosUntil(file.file().attributes().size(), position, digest);
        requireProof(file.file(), digest.digest());
        file.target().complete();
        return position;
    }

    private static long zerosUntil(long end, long begin, MessageDigest digest) {
        long position = begin;
        while (position < end) {
            int length = (int) Math.min(ZEROS.length, end - position);
            digest.update(ZEROS, 0, length);
            position += length;
        }
        return position;
    }

    private static void requireProof(ManifestEntry.File file, byte[] digest) {
        if (!Arrays.equals(digest, file.proof().digest())) {
            throw damaged(file, "its content does not agree with its proof");
        }
    }

    private static RepositoryException damaged(ManifestEntry.File file, String what) {
        return new RepositoryException(
                ErrorCode.REPOSITORY_DAMAGED, "file " + file.path() + " is damaged in the repository: " + what, HINT);
    }

    @Override
    public void close() {
        reader.close();
    }
}
