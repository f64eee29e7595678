package io.pgbackup.wal;

/**
 * In how many repositories a WAL file must be durable before the server is told that it is archived and may recycle it. A repository that was passed
 * over is caught up by itself from one that has the file, as soon as it answers again.
 */
public final class WalPolicy {
    private static final WalPolicy ALL = new WalPolicy(Integer.MAX_VALUE);

    private final int repositories;

    private WalPolicy(int repositories) {
        this.repositories = repositories;
    }

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
        return new WalPolicy(repositories);
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
        return repositories == Integer.MAX_VALUE ? "all repositories" : "at least " + repositories + " repositories";
    }
}
