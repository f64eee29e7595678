package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.page.PageCheck;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one lane does with the checked pages of a run: fingerprint, compare with the base, gather frames of what changed, and give them to the bundle,
 * which compresses and then encrypts. If that fails, the lane drops out and the run goes on. Used once, by one worker.
 */
final class LaneRun {
    private final LaneState state;
    private final @Nullable BaseFile base;
    private final LaneRules rules;
    private final LaneBuffers buffers;
    private final ClusterPath path;
    private final int pageSize;
    private final int framePages;
    private final LaneResult result = new LaneResult();
    private UnitRuns.Builder frameUnits = new UnitRuns.Builder();
    private int frameLength;

    LaneRun(LaneFile file, ClusterPath path, int pageSize, LaneBuffers buffers) {
        this.state = file.lane().state();
        this.base = file.pages();
        this.rules = file.lane().rules();
        this.buffers = buffers;
        this.path = path;
        this.pageSize = pageSize;
        this.framePages = Math.max(1, ManifestEntry.File.PLAIN_UNIT / pageSize) * pageSize;
    }

    void page(byte[] pages, int unit, int offset, int length, boolean zero) {
        if (!state.alive()) {
            return;
        }
        try {
            take(pages, unit, offset, length, zero);
        } catch (RuntimeException e) {
            state.fail(e);
        }
    }

    private void take(byte[] pages, int unit, int offset, int length, boolean zero) {
        long fingerprint = zero ? rules.zeroFingerprint() : rules.fingerprint().of(pages, offset, length);
        result.page(fingerprint);
        boolean judgedByLsn = !zero && length == pageSize;
        if (!differs(unit, length, fingerprint) && !(judgedByLsn && changedSinceBase(pages, offset))) {
            return;
        }
        if (zero) {
            result.zeros.add(unit, 1);
        } else {
            result.storedPage(fingerprint);
            gather(pages, unit, offset, length);
        }
    }

    /** A page that was not read, because the base has it as it is. */
    void keep(int unit) {
        result.page(
                Objects.requireNonNull(base, "kept without a base").content().fingerprint(unit));
    }

    private boolean differs(int unit, int length, long fingerprint) {
        BaseFile known = base;
        return known == null
                || unit >= known.content().unitCount()
                || known.content().unitLength(unit) != length
                || known.content().fingerprint(unit) != fingerprint;
    }

    private boolean changedSinceBase(byte[] pages, int offset) {
        BaseFile known = base;
        return known == null || PageCheck.lsn(pages, offset).compareTo(known.start()) >= 0;
    }

    private void gather(byte[] pages, int unit, int offset, int length) {
        System.arraycopy(pages, offset, buffers.frame(), frameLength, length);
        frameUnits.add(unit, 1);
        frameLength += length;
        if (frameLength + pageSize > framePages) {
            endFrame();
        }
    }

    private void endFrame() {
        if (frameLength > 0) {
            result.frames.add(buffers.bundle().write(path, pageSize, frameUnits.build(), buffers.frame(), frameLength));
            frameUnits = new UnitRuns.Builder();
            frameLength = 0;
        }
    }

    /** What came of it; of no use if the lane has dropped out. */
    LaneResult end() {
        state.attempt(this::endFrame);
        return result;
    }
}
