package io.pgbackup.core.engine.backup.files;

import io.pgbackup.backup.BadPage;
import java.util.List;

/**
 * What came of a run.
 *
 * @param vanished whether the file was gone
 * @param bytesRead of the file, up to its end
 * @param crc32c of them
 * @param badPages that failed their check, also when read again
 * @param lanes what each lane made of it, in the order of the run's
 */
record RunResult(boolean vanished, long bytesRead, int crc32c, List<BadPage> badPages, List<LaneResult> lanes) {
    static RunResult ofVanished() {
        return new RunResult(true, 0, 0, List.of(), List.of());
    }
}
