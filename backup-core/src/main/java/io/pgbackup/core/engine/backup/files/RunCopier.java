package io.pgbackup.core.engine.backup.files;

import io.pgbackup.backup.BadPage;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.page.PageVerdict;
import io.pgbackup.core.postgres.page.RecheckOutcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * Copies one run of a paged file. The order of the stages is written here and in {@link LaneRun}: read and check the page once, then let each lane
 * fingerprint it, compare it with its base, gather frames of what changed, and give them to its bundle. Used once, by one worker.
 */
final class RunCopier {
    private final CopyRules rules;
    private final Run run;
    private final SourceFile file;
    private final CopyBuffers buffers;
    private final LaneRun[] lanes;
    private final List<BadPage> badPages = new ArrayList<>();
    private final CRC32C crc = new CRC32C();

    RunCopier(CopyRules rules, Run run, SourceFile file, CopyBuffers buffers) {
        this.rules = rules;
        this.run = run;
        this.file = file;
        this.buffers = buffers;
        this.lanes = run.lanes().stream()
                .map(lane -> new LaneRun(lane, run.entry().path(), rules.pageSize(), buffers.of(lane.lane())))
                .toArray(LaneRun[]::new);
    }

    RunResult copy() {
        return run.partial() ? copyWanted() : copyAll();
    }

    private RunResult copyAll() {
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
        return result(done, done, OptionalInt.of((int) crc.getValue()));
    }

    private RunResult result(long length, long bytesRead, OptionalInt crc32c) {
        List<LaneResult> results = Arrays.stream(lanes).map(LaneRun::end).toList();
        return new RunResult(false, length, bytesRead, crc32c, badPages, results);
    }

    /** Reads only what some lane wants; what was cut off meanwhile is not there for any. */
    private RunResult copyWanted() {
        int pageSize = rules.pageSize();
        long there = Math.max(0, Math.min(run.length(), file.size() - run.offset()));
        int unit = (int) (run.offset() / pageSize);
        int end = unit + (int) (there / pageSize);
        BitSet wanted = run.wanted();
        long bytesRead = 0;
        while (unit < end) {
            int next = Math.min(end, wanted.nextClearBit(unit));
            while (unit < next) {
                int length = Math.min(CopyBuffers.READ_SIZE, (next - unit) * pageSize);
                int read = read((long) unit * pageSize, length);
                int kept = chunk((long) unit * pageSize, read - read % pageSize);
                bytesRead += kept;
                unit += kept / pageSize;
                if (kept < length) {
                    return result((long) unit * pageSize - run.offset(), bytesRead, OptionalInt.empty());
                }
            }
            int resume = wanted.nextSetBit(unit);
            for (int stop = resume < 0 ? end : Math.min(end, resume); unit < stop; unit++) {
                keep(unit);
            }
        }
        return result((long) unit * pageSize - run.offset(), bytesRead, OptionalInt.empty());
    }

    private void keep(int unit) {
        for (LaneRun lane : lanes) {
            lane.keep(unit);
        }
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
            for (LaneRun lane : lanes) {
                lane.page(buffers.pages(), unit, offset, pageLength, verdict == PageVerdict.NEW);
            }
        }
        return length;
    }

    private int block(int unit) {
        return run.entry().relation().orElseThrow().name().absoluteBlock(unit, rules.blocksPerSegment());
    }

    /** Reads a bad page again; returns false if the file now ends before it. */
    private boolean recheck(int offset, int unit, PageVerdict verdict) {
        int pageSize = rules.pageSize();
        byte[] page = Arrays.copyOfRange(buffers.pages(), offset, offset + pageSize);
        RecheckOutcome outcome = rules.rechecker()
                .recheck(into -> file.read((long) unit * pageSize, ByteBuffer.wrap(into)), page, block(unit));
        if (outcome == RecheckOutcome.TRUNCATED) {
            return false;
        }
        System.arraycopy(page, 0, buffers.pages(), offset, pageSize);
        if (outcome == RecheckOutcome.DAMAGED) {
            String reason = verdict == PageVerdict.BAD_CHECKSUM ? "wrong checksum" : "header makes no sense";
            badPages.add(new BadPage(run.entry().path().toString(), Integer.toUnsignedLong(block(unit)), reason));
        }
        return true;
    }
}
