package io.pgbackup.core.engine;

import io.pgbackup.core.engine.wal.ArchiveWay;
import io.pgbackup.core.postgres.session.ArchiverState;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.util.function.BooleanSupplier;

/**
 * Whether a segment went somewhere else, or nowhere: what archives is not known to be ours, and the server says that it is done with the segment or could not archive it. Our own script may fail
 * for a while and come back, so that it is waited for.
 *
 * @param way that archives
 * @param name of the segment
 * @param before what the server said before it was ended
 * @param session to ask
 */
record Elsewhere(ArchiveWay way, WalFileName name, ArchiverState before, ServerSession session)
        implements BooleanSupplier {
    @Override
    public boolean getAsBoolean() {
        if (way.kind() != ArchiveWay.Kind.OTHER) {
            return false;
        }
        ArchiverState now = session.archiver();
        return now.failures() > before.failures() || now.hasArchived(name);
    }
}
