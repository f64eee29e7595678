package io.pgbackup.core.postgres.files;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of a relation (grammar: {@code parse_filename_for_nontemp_relation} in {@code reinit.c} and {@code basebackup.c}).
 * Meaningful only in the directories that hold relations: see {@link RelationFile}.
 *
 * @param fileNode the relation's file number, an unsigned 32-bit number from 1
 * @param fork which of its files
 * @param segment which piece of that file, from 0; pieces are 1 GiB unless the server was built otherwise
 */
public record RelationFileName(long fileNode, Fork fork, int segment) {
    private static final Pattern GRAMMAR =
            Pattern.compile("([1-9][0-9]{0,9})(_fsm|_vm|_init)?(?:\\.([1-9][0-9]{0,9}))?");
    private static final Pattern TEMPORARY = Pattern.compile("t[0-9]+_[0-9]+(?:_fsm|_vm|_init)?(?:\\.[0-9]+)?");
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
        Matcher matcher = GRAMMAR.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long node = Long.parseLong(matcher.group(1));
        long segment = matcher.group(3) == null ? 0 : Long.parseLong(matcher.group(3));
        if (node > LARGEST_NODE || segment > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        return Optional.of(new RelationFileName(node, fork(matcher.group(2)), (int) segment));
    }

    private static Fork fork(@org.jspecify.annotations.Nullable String suffix) {
        for (Fork fork : Fork.values()) {
            if (fork.suffix().equals(suffix)) {
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
        return TEMPORARY.matcher(name).matches();
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
