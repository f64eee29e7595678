package io.pgbackup.core.engine.salvage;

import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.restore.SalvageReport.Certainty;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A file being put together from the sets of a chain, oldest first: later parts overwrite earlier ones. For one thread. */
final class SalvagedFile {
    private final Path path;
    private final int unitSize;
    private final BitSet known = new BitSet();
    private Optional<ManifestEntry.File> entry = Optional.empty();
    private OptionalInt lastLevel = OptionalInt.empty();
    private long end;

    SalvagedFile(Path path, int unitSize) {
        this.path = path;
        this.unitSize = unitSize;
    }

    int unitSize() {
        return unitSize;
    }

    boolean paged() {
        return unitSize != ManifestEntry.File.PLAIN_UNIT;
    }

    /** The newest set so far that told something of the file. */
    boolean isOf(int level) {
        return lastLevel.equals(OptionalInt.of(level));
    }

    /** A set's manifest tells what the file was then. */
    void describe(int level, ManifestEntry.File file, RandomAccessFile open) throws IOException {
        if (!file.map().overlay()) {
            restart(open);
        }
        entry = Optional.of(file);
        lastLevel = OptionalInt.of(level);
        long size = file.attributes().size();
        int units = ManifestEntry.File.unitCount(size, unitSize);
        known.clear(units, Math.max(units, known.length()));
        if (open.length() > size) {
            open.setLength(size);
        }
        end = size;
        zeros(file, open);
    }

    private void zeros(ManifestEntry.File file, RandomAccessFile open) throws IOException {
        byte[] zeros = new byte[unitSize];
        IOException[] failure = new IOException[1];
        file.map().zeros().forEach((first, count) -> {
            known.set(first, first + count);
            try {
                for (long unit = first; unit < first + count && unit * unitSize < open.length(); unit++) {
                    open.seek(unit * unitSize);
                    open.write(zeros, 0, (int) Math.min(unitSize, end - unit * unitSize));
                }
            } catch (IOException e) {
                failure[0] = e;
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    /** Only bundles tell of the file: how long it was then is not known, and what it was before may not be true any more. */
    void touch(int level, RandomAccessFile open) throws IOException {
        if (!isOf(level)) {
            if (!paged()) {
                restart(open);
            }
            entry = Optional.empty();
            lastLevel = OptionalInt.of(level);
        }
    }

    private void restart(RandomAccessFile open) throws IOException {
        known.clear();
        end = 0;
        open.setLength(0);
    }

    void write(int unit, byte[] bytes, int offset, int length, RandomAccessFile open) throws IOException {
        long position = (long) unit * unitSize;
        if (entry.isPresent() && position >= end) {
            return;
        }
        open.seek(position);
        open.write(bytes, offset, length);
        known.set(unit);
        end = Math.max(end, position + length);
    }

    /** Gives the file its length. */
    void finish(RandomAccessFile open) throws IOException {
        open.setLength(end);
    }

    long length() {
        return end;
    }

    long unknownBytes() {
        long unknown = 0;
        int units = ManifestEntry.File.unitCount(end, unitSize);
        for (int unit = known.nextClearBit(0); unit < units; unit = known.nextClearBit(unit + 1)) {
            unknown += Math.min(unitSize, end - (long) unit * unitSize);
        }
        return unknown;
    }

    /** How much is certain, after the file was finished. */
    Certainty certainty(int newestLevel, OptionalLong seed) throws IOException {
        if (entry.isEmpty() || !isOf(newestLevel)) {
            return Certainty.UNCERTAIN;
        }
        FileProof proof = entry.get().proof();
        if (proof.paged() && seed.isEmpty()) {
            return unknownBytes() == 0 ? Certainty.COMPLETE : Certainty.UNCERTAIN;
        }
        byte[] digest = proof.paged() ? digestOfPages(seed.getAsLong()) : digestOfContent();
        return Arrays.equals(digest, proof.digest()) ? Certainty.PROVED : Certainty.UNCERTAIN;
    }

    private byte[] digestOfPages(long seed) throws IOException {
        FrameFingerprint fingerprint = new FrameFingerprint(seed);
        long[] fingerprints = new long[ManifestEntry.File.unitCount(end, unitSize)];
        byte[] page = new byte[unitSize];
        try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "r")) {
            for (int unit = 0; unit < fingerprints.length; unit++) {
                int length = (int) Math.min(unitSize, end - (long) unit * unitSize);
                open.readFully(page, 0, length);
                fingerprints[unit] = fingerprint.of(page, 0, length);
            }
        }
        return FileProof.digestOfPages(end, fingerprints);
    }

    private byte[] digestOfContent() throws IOException {
        MessageDigest digest = FileProof.sha256();
        byte[] buffer = new byte[unitSize];
        try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "r")) {
            for (int read = open.read(buffer); read >= 0; read = open.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return digest.digest();
    }
}
