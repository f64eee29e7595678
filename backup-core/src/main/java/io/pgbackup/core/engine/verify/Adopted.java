package io.pgbackup.core.engine.verify;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.content.SetContents;
import java.util.List;

/** What a set took over from aborted sets: stored by others, but nobody else looks at it. */
final class Adopted {
    private Adopted() {}

    static List<NeededFrame> framesOf(SetContents contents, ResolvedFile file) {
        int first = contents.firstLevel();
        int own = contents.ownLevel();
        if (first == own) {
            return List.of();
        }
        return file.frames().stream()
                .filter(frame -> frame.set() >= first && frame.set() < own)
                .toList();
    }
}
