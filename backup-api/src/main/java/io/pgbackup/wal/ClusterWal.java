package io.pgbackup.wal;

import io.pgbackup.Repository;
import java.nio.file.Path;
import java.util.List;

/**
 * The write-ahead log of one cluster in its repositories. Calls block; all throw {@link io.pgbackup.error.PgBackupException}. Safe for use by many threads, and
 * by many processes at once: a primary and its standbys may push the same files.
 */
public interface ClusterWal {
    /**
     * Stores a file of {@code pg_wal}: a segment, {@code .partial}, {@code .history} or {@code .backup} file. When this returns, it is durable in as many
     * repositories as the policy demands, and the server may be told so. Idempotent: a file that is there with the same content is fine.
     *
     * @param file a regular file with the name that PostgreSQL gave it; read whole, never changed
     * @return what became of it
     * @throws io.pgbackup.error.PgBackupException with {@code WAL_CONFLICT} if there is another content under this name, with {@code WRONG_CLUSTER} if it is of
     *     another cluster, with {@code WAL_INVALID} if it is not what its name says
     */
    WalPushResult push(Path file);

    /**
     * Brings a file from the first repository that has it. A target that exists is replaced, when all of the content is there. A segment that no repository has
     * as a whole, but of which a {@link #receiver} has stored the begin, is given with zeros in the place of the rest: recovery ends there.
     *
     * @param name of the file, without directory
     * @param target where to
     * @return false if (and only if) every repository said that it does not have the file
     */
    boolean fetch(String name, Path target);

    /**
     * The WAL of a former identity of the cluster, as it was before {@code upgradeCluster} or {@code forkCluster}.
     *
     * @param number of the identity, from 1; as {@code info} lists them
     * @return fetches and looks at that WAL; pushing is refused
     */
    ClusterWal ofIdentity(int number);

    /**
     * Looks for WAL that is missing between other WAL, on one timeline or where a timeline was left for another.
     *
     * @param repository one of those configured
     * @return in order; empty if nothing is missing
     */
    List<WalGap> gaps(Repository repository);

    /**
     * Where one could recover to.
     *
     * @param repository one of those configured
     * @return one for each backup, in order of time
     */
    List<RecoveryWindow> windows(Repository repository);

    /**
     * Copies WAL files that a repository lacks from the others. This happens by itself when a repository answers again: at the next push, or while a service or
     * a receiver is open.
     *
     * @param repository one of those configured
     * @return names of the files that were copied, in order
     */
    List<String> catchUp(Repository repository);

    /**
     * Receives the log over the replication protocol while the server writes it, into the repositories. The role of the connection needs the attribute
     * {@code REPLICATION}.
     *
     * @param request with which slot, and how
     * @return not yet running; use {@link io.pgbackup.PgBackup#with} to give its run a listener or a token of its own
     */
    WalReceiver receiver(ReceiveRequest request);

    /**
     * Answers the commands that {@link WalService#writeArchiveCommand} and {@link WalService#writeRestoreCommand} write, over a Unix socket.
     *
     * @param directory for the socket; made if absent, and closed to other users; at most some 80 bytes long
     * @return runs until it is closed
     */
    WalService serve(Path directory);
}
