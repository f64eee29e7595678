package io.pgbackup.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Path;

/** Something that archives a server's log. */
interface WalTool {
    /** Ready to archive into a repository and to fetch from it. */
    interface Session extends AutoCloseable {
        /** For a shell; {@code $1} is the name of the segment, in {@code pg_wal} of the current directory. */
        String archiveCommand();

        /** For a shell; {@code $1} is the name of the segment and {@code $2} the path it shall have. */
        String restoreCommand();

        @Override
        void close();
    }

    String name();

    /** Begins with an empty directory. */
    Session open(Path repository) throws IOException;
}
