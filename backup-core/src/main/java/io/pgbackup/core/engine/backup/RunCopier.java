package io.pgbackup.core.engine.backup;

import io.pgbackup.Lsn;
import io.pgbackup.backup.BadPage;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.page.PageVerdict;
import io.pgbackup.core.postgres.page.RecheckOutcome;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Copies one run of a paged file. The order of the stages is written here: read, check the page, fingerprint it, compare with the base, gather
 * frames of what changed, and give them to the bundle, which compresses and then encrypts. Used once, by one worker.
 */
final class RunCopier {
    private final CopyRules rules;
    private final Run run;
    private final SourceFile file;
    private final CopyBuffers buffers;
    private final RunResult result = new RunResult();
    private final CRC32C crc = new CRC32C();
    private final int framePages;
    private UnitRuns.Builder frameUnits = new UnitRuns.Builder();
    private int frameLength;

    RunCopier(CopyRules rules, Run run, SourceFile file, CopyBuffers buffers) {
        this.rules = rules;
        this.run = run;
        this.file = file;
        this.buffers = buffers;
        this.framePages = Math.max(1, ManifestEntry.File.PLAIN_UNIT / rules.pageSize()) * rules.pageSize();
    }

    RunResult copy() {
        long done = 0;
        while (done < run.length()) {
            int wanted = (int) Math.min(CopyBuffers.READ_SIZE, run.length() - done);
            int read = read(run.offset() + done, wanted);
            int kept = chunk(run.offset() + done, read);
            crc.update(buffers.pages(), 0, kept);
            done += kept;
            if (kept < wanted) {
                break;
            }
        }
        endFrame();
        result.end(done, (int) crc.getValue());
        return result;
    }

    private int read(long position, int wanted) {
        ByteBuffer direct = buffers.direct().clear().limit(wanted);
        int read = file.read(position, direct);
        direct.flip().get(buffers.pages(), 0, read);
        return read;
    }

    /** Works on the pages of a chunk; returns how many of its bytes the file still has. */
    private int chunk(long position, int length) {
        int pageSize = rules.pageSize();
        for (int offset = 0; offset < length; offset += pageSize) {
            int pageLength = Math.min(pageSize, length - offset);
            int unit = Math.toIntExact((position + offset) / pageSize);
            PageVerdict verdict =
                    pageLength == pageSize ? rules.check().check(buffers.pages(), offset, block(unit)) : PageVerdict.OK;
            if (!verdict.good() && !recheck(offset, unit, verdict)) {
                return offset;
            }
            page(unit, offset, pageLength, verdict == PageVerdict.NEW);
        }
        return length;
    }

    private int block(int unit) {
        return run.entry().relation().orElseThrow().name().absoluteBlock(unit, rules.blocksPerSegment());
    }

    /** Reads a bad page again; returns false if the file now ends before it. */
    private boolean recheck(int offset, int unit, PageVerdict verdict) {
        int pageSize = rules.pageSize();
        byte[] page = java.util.Arrays.copyOfRange(buffers.pages(), offset, offset + pageSize);
        RecheckOutcome outcome = rules.rechecker()
                .recheck(into -> file.read((long) unit * pageSize, ByteBuffer.wrap(into)), page, block(unit));
        if (outcome == RecheckOutcome.TRUNCATED) {
            return false;
        }
        System.arraycopy(page, 0, buffers.pages(), offset, pageSize);
        if (outcome == RecheckOutcome.DAMAGED) {
            String reason = verdict == PageVerdict.BAD_CHECKSUM ? "wrong checksum" : "header makes no sense";
            result.badPages.add(
                    new BadPage(run.entry().path().toString(), Integer.toUnsignedLong(block(unit)), reason));
        }
        return true;
    }

    private void page(int unit, int offset, int length, boolean zero) {
        long fingerprint = zero ? rules.zeroFingerprint() : rules.fingerprint().of(buffers.pages(), offset, length);
        result.page(fingerprint);
        if (!changed(unit, offset, length, fingerprint, zero)) {
            return;
        }
        if (zero) {
            result.zeros.add(unit, 1);
        } else {
            result.storedPage(fingerprint);
            gather(unit, offset, length);
        }
    }

    private boolean changed(int unit, int offset, int length, long fingerprint, boolean zero) {
        @Nullable BaseFile base = run.base();
        if (base == null || unit >= base.content().unitCount() || base.content().unitLength(unit) != length) {
            return true;
        }
        if (base.content().fingerprint(unit) != fingerprint) {
            return true;
        }
        Lsn changed = PageCheck.lsn(buffers.pages(), offset);
        return !zero && length == rules.pageSize() && changed.compareTo(base.start()) >= 0;
    }

    private void gather(int unit, int offset, int length) {
        System.arraycopy(buffers.pages(), offset, buffers.frame(), frameLength, length);
        frameUnits.add(unit, 1);
        frameLength += length;
        if (frameLength + rules.pageSize() > framePages) {
            endFrame();
        }
    }

    private void endFrame() {
        if (frameLength > 0) {
            ClusterEntry entry = run.entry();
            result.frames.add(buffers.bundle()
                    .write(entry.path(), rules.pageSize(), frameUnits.build(), buffers.frame(), frameLength));
            frameUnits = new UnitRuns.Builder();
            frameLength = 0;
        }
    }
}
