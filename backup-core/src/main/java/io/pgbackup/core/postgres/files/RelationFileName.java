package io.pgbackup.core.postgres.files;

import java.util.Optional;

/**
 * The name of a file of a relation (grammar: {@code parse_filename_for_nontemp_relation} in {@code reinit.c} and {@code basebackup.c}).
 * Meaningful only in the directories that hold relations: see {@link RelationFile}. Read by hand, because every file of a cluster comes
 * along here: a regular expression costs a fresh JVM seconds of compilation.
 *
 * @param fileNode the relation's file number, an unsigned 32-bit number from 1
 * @param fork which of its files
 * @param segment which piece of that file, from 0; pieces are 1 GiB unless the server was built otherwise
 */
public record RelationFileName(long fileNode, Fork fork, int segment) {
    private static final int MOST_DIGITS = 10;
    private static final Fork[] FORKS = Fork.values();
    private static final long LARGEST_NODE = 0xFFFF_FFFFL;

    /** Checks the ranges. */
    public RelationFileName {
        if (fileNode < 1 || fileNode > LARGEST_NODE || segment < 0) {
            throw new IllegalArgumentException("no relation file has node " + fileNode + " and segment " + segment);
        }
    }

    /**
     * Reads a name that may be something else; the inverse of {@link #toString()}.
     *
     * @param name a file name without directory
     * @return empty if it is no relation file, also for one of a temporary relation
     */
    public static Optional<RelationFileName> tryParse(String name) {
        int nodeEnd = digitsEnd(name, 0);
        Fork fork = forkAt(name, nodeEnd);
        int end = nodeEnd + fork.suffix().length();
        boolean piece = name.startsWith(".", end);
        if (!isNumber(name, 0, nodeEnd) || !(piece ? isNumber(name, end + 1, name.length()) : end == name.length())) {
            return Optional.empty();
        }
        long node = Long.parseLong(name, 0, nodeEnd, 10);
        long segment = piece ? Long.parseLong(name, end + 1, name.length(), 10) : 0;
        if (node > LARGEST_NODE || segment > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        return Optional.of(new RelationFileName(node, fork, (int) segment));
    }

    /** Whether a stretch is a number from 1 on as PostgreSQL writes it. */
    private static boolean isNumber(String name, int start, int end) {
        int length = end - start;
        return length > 0 && length <= MOST_DIGITS && name.charAt(start) != '0' && digitsEnd(name, start) == end;
    }

    private static int digitsEnd(String name, int start) {
        int end = start;
        while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static Fork forkAt(String name, int start) {
        for (Fork fork : FORKS) {
            if (fork != Fork.MAIN && name.startsWith(fork.suffix(), start)) {
                return fork;
            }
        }
        return Fork.MAIN;
    }

    /**
     * Whether a file belongs to a temporary relation and so to a session that is gone after a restore.
     *
     * @param name a file name without directory, in a directory of a database
     * @return true for example for {@code t3_16384_fsm.1}
     */
    public static boolean isTemporary(String name) {
        int backendEnd = digitsEnd(name, 1);
        if (!name.startsWith("t") || backendEnd == 1 || !name.startsWith("_", backendEnd)) {
            return false;
        }
        int nodeStart = backendEnd + 1;
        int nodeEnd = digitsEnd(name, nodeStart);
        int forkEnd = nodeEnd + forkAt(name, nodeEnd).suffix().length();
        boolean piece = name.startsWith(".", forkEnd);
        int end = piece ? digitsEnd(name, forkEnd + 1) : forkEnd;
        return nodeEnd > nodeStart && end == name.length() && !(piece && end == forkEnd + 1);
    }

    /**
     * The number of a page within its fork, over all segments: what enters the page's checksum.
     *
     * @param blockInFile the page's number within this file
     * @param blocksPerSegment from the control file
     * @return an unsigned 32-bit number
     * @throws IllegalArgumentException if no relation can have such a page
     */
    public int absoluteBlock(long blockInFile, long blocksPerSegment) {
        long block = Math.addExact(Math.multiplyExact(segment, blocksPerSegment), blockInFile);
        if (blockInFile < 0 || block > LARGEST_NODE) {
            throw new IllegalArgumentException("no relation has page " + blockInFile + " in segment " + segment);
        }
        return (int) block;
    }

    /** The name as PostgreSQL writes it. */
    @Override
    public String toString() {
        return fileNode + fork.suffix() + (segment == 0 ? "" : "." + segment);
    }
}
