package io.pgbackup.wal;

import java.nio.file.Path;
import java.util.Optional;

/**
 * In how many repositories a WAL file must be durable before the server is told that it is archived and may recycle it. A repository that was passed
 * over is caught up by itself from one that has the file, as soon as it answers again.
 */
public final class WalPolicy {
    private static final WalPolicy ALL = new WalPolicy(Integer.MAX_VALUE, Optional.empty(), Optional.empty());

    private final int repositories;
    private final Optional<Dropping> dropping;
    private final Optional<Spool> spool;

    private WalPolicy(int repositories, Optional<Dropping> dropping, Optional<Spool> spool) {
        this.repositories = repositories;
        this.dropping = dropping;
        this.spool = spool;
    }

    /**
     * Where WAL waits that the server believes to be archived.
     *
     * @param directory on a local disk
     * @param bytes how much may wait there
     */
    public record Spool(Path directory, long bytes) {}

    /**
     * When WAL is given up.
     *
     * @param bytes of WAL in {@code pg_wal} that waits to be archived: as long as there is no more of it, nothing is given up
     * @param notes directory for what was given up and no repository knows of yet
     */
    public record Dropping(long bytes, Path notes) {}

    /**
     * In every repository. The safest: a repository that cannot be reached stops archiving, and {@code pg_wal} grows until it answers.
     *
     * @return the policy
     */
    public static WalPolicy all() {
        return ALL;
    }

    /**
     * In one, whichever is first.
     *
     * @return the policy
     */
    public static WalPolicy any() {
        return atLeast(1);
    }

    /**
     * In a number of them, whichever are first.
     *
     * @param repositories at least 1; not more than there are, see {@link #demandsMoreThan}
     * @return the policy
     */
    public static WalPolicy atLeast(int repositories) {
        if (repositories < 1) {
            throw new IllegalArgumentException("WAL must be durable in at least one repository, not " + repositories);
        }
        return new WalPolicy(repositories, Optional.empty(), Optional.empty());
    }

    /**
     * Gives WAL up before {@code pg_wal} fills its disk, which would stop the server: while more WAL than that waits to be archived and the repositories that the
     * policy demands do not answer, the server is told that a segment is archived although it is in none of them. Without this, nothing is ever given up.
     *
     * <p>Nobody can recover over what was given up. So it is told loudly ({@link io.pgbackup.event.OperationListener#warning}), and noted on disk before the server is told anything; as
     * soon as repositories answer, what the server still has is archived after all, and the rest is recorded in them: {@link ClusterWal#gaps}, {@code info}, {@code check}
     * and restores say that it was given up, and when. Take a backup then. Only failures to reach a repository count: a file that contradicts what is archived, or is of another
     * cluster, is never given up. What is received over the replication protocol is never given up either.
     *
     * @param bytes of whole segments that wait in {@code pg_wal}; well below the room that its disk has, for WAL comes while repositories are asked
     * @param notes directory for what was given up and no repository knows of yet; made if absent; kept from one start of the process to the next, best on another disk. If it cannot
     *     be written, nothing is given up
     * @return a copy
     * @throws IllegalArgumentException if the number is negative
     */
    public WalPolicy droppingBeyond(long bytes, Path notes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("WAL cannot be given up beyond " + bytes + " bytes");
        }
        if (spool.isPresent()) {
            throw new IllegalArgumentException("with a spool nothing is given up: it fails when it is full");
        }
        return new WalPolicy(repositories, Optional.of(new Dropping(bytes, notes.toAbsolutePath())), spool);
    }

    /**
     * Lets WAL count as archived as soon as it is on a local disk, also while this process does not run: the archive command that {@link WalService#writeArchiveCommand} writes then is a
     * plain script that copies into a directory, forces it to the disk, and asks nobody. As long as a service is open, it brings what waits there to the repositories, in order, and removes a
     * file only when the policy is fulfilled. Files that wait are fetched from there.
     *
     * <p>The price is in the name: what waits is lost with that disk, and "archived" means that it is there. Its size and age are an item of {@code check}, and a warning
     * is told when the oldest waits longer than five minutes or half of the room is taken. When all of it is taken, archiving fails and the server keeps its WAL.
     *
     * @param directory on a disk of its own, best not that of {@code pg_wal}; made by the service, and closed to other users. The script makes none, so that a disk that is not mounted is
     *     noticed
     * @param bytes how much may wait there, at least one segment
     * @return a copy
     * @throws IllegalArgumentException if the number is not positive, or if WAL is given up
     */
    public WalPolicy spooledIn(Path directory, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("no WAL can wait in " + bytes + " bytes");
        }
        if (dropping.isPresent()) {
            throw new IllegalArgumentException("with a spool nothing is given up: it fails when it is full");
        }
        return new WalPolicy(
                repositories,
                dropping,
                Optional.of(new Spool(directory.toAbsolutePath().normalize(), bytes)));
    }

    /**
     * Whether and where WAL waits on a local disk.
     *
     * @return empty unless {@link #spooledIn} was said
     */
    public Optional<Spool> spool() {
        return spool;
    }

    /**
     * Whether and when WAL is given up.
     *
     * @return empty unless {@link #droppingBeyond} was said
     */
    public Optional<Dropping> dropping() {
        return dropping;
    }

    /**
     * Whether it demands more repositories than there are.
     *
     * @param configured number of repositories there are
     * @return true if it could never be fulfilled as it was said
     */
    public boolean demandsMoreThan(int configured) {
        return repositories != Integer.MAX_VALUE && repositories > configured;
    }

    /**
     * How many of some repositories must have it.
     *
     * @param configured number of repositories there are
     * @return 1 to that number
     */
    public int required(int configured) {
        return Math.min(repositories, configured);
    }

    @Override
    public String toString() {
        String demanded =
                repositories == Integer.MAX_VALUE ? "all repositories" : "at least " + repositories + " repositories";
        return demanded
                + dropping.map(limit -> ", given up beyond " + limit.bytes() + " bytes")
                        .orElse("");
    }
}
