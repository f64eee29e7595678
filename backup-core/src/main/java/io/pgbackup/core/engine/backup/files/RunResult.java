package io.pgbackup.core.engine.backup.files;

import io.pgbackup.backup.BadPage;
import java.util.List;
import java.util.OptionalInt;

/**
 * What came of a run.
 *
 * @param vanished whether the file was gone
 * @param length how much of the run the file has
 * @param bytesRead of that
 * @param crc32c of the file's content in the run; empty if not all of it was read
 * @param badPages that failed their check, also when read again
 * @param lanes what each lane made of it, in the order of the run's
 */
record RunResult(
        boolean vanished,
        long length,
        long bytesRead,
        OptionalInt crc32c,
        List<BadPage> badPages,
        List<LaneResult> lanes) {
    static RunResult ofVanished() {
        return new RunResult(true, 0, 0, OptionalInt.of(0), List.of(), List.of());
    }
}
