package io.pgbackup.core.engine.wal;

import io.pgbackup.core.postgres.session.ArchiverState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * What a server does with its finished segments, as far as one can tell by looking: whether that is a script of ours is written in the script. What leads
 * here by other ways (a program of the user that pushes) is not recognised: only what arrives proves it. Immutable.
 *
 * @param kind what it is
 * @param text of it, for messages
 * @param doubt why it may be ours after all; empty if it is not, or is
 */
public record ArchiveWay(Kind kind, String text, Optional<String> doubt) {
    /** What archives. */
    public enum Kind {
        /** {@code archive_mode} is off. */
        OFF,
        /** {@code archive_mode} is on, and nothing archives: the server keeps everything. */
        NOTHING,
        /** A script that this library wrote. */
        OURS,
        /** Something else, or something that nobody can look into. */
        OTHER
    }

    static final String MARK = "# Written by pgbackup";

    private static final int LONGEST_TEXT = 300;
    private static final int HEAD = 256;

    /**
     * Looks.
     *
     * @param state of the server
     * @param dataDirectory relative names in the command start there
     * @return what archives
     */
    public static ArchiveWay of(ArchiverState state, Path dataDirectory) {
        if (state.mode().equals("off")) {
            return new ArchiveWay(Kind.OFF, "archive_mode is off", Optional.empty());
        }
        if (!state.library().isEmpty()) {
            return new ArchiveWay(Kind.OTHER, "archive_library = '" + state.library() + "'", Optional.empty());
        }
        if (state.command().isBlank()) {
            return new ArchiveWay(Kind.NOTHING, "archive_command is empty", Optional.empty());
        }
        return command(state.command(), dataDirectory);
    }

    private static ArchiveWay command(String command, Path dataDirectory) {
        String text = "archive_command = '" + shortened(command) + "'";
        Optional<String> doubt = Optional.empty();
        for (String word : ShellWords.of(command)) {
            Optional<Path> file = file(word, dataDirectory);
            try {
                if (file.isPresent() && isOurs(file.get())) {
                    return new ArchiveWay(Kind.OURS, text, Optional.empty());
                }
            } catch (IOException e) {
                doubt = Optional.of("whether pgbackup wrote it cannot be told, because this process cannot read "
                        + file.get() + ": " + e);
            }
        }
        return new ArchiveWay(Kind.OTHER, text, doubt);
    }

    /** Only what looks like a path: the shell finds other words elsewhere. */
    private static Optional<Path> file(String word, Path dataDirectory) {
        if (word.indexOf('/') < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(dataDirectory.resolve(word.replace("%%", "%")).normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** A file that is not there lies on another machine, or is yet to be archived to; anything but a plain file is not opened. */
    private static boolean isOurs(Path file) throws IOException {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                return false;
            }
            try (InputStream in = Files.newInputStream(file)) {
                return new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1).contains(MARK);
            }
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static String shortened(String command) {
        return command.length() <= LONGEST_TEXT ? command : command.substring(0, LONGEST_TEXT) + " …";
    }

    /**
     * Whether it is known to lead somewhere else, or may.
     *
     * @return false if it is ours, or nothing archives
     */
    public boolean foreign() {
        return kind == Kind.OTHER;
    }

    /**
     * Whether anything archives at all.
     *
     * @return false if only a receiver can bring the log
     */
    public boolean archives() {
        return kind == Kind.OURS || kind == Kind.OTHER;
    }

    /**
     * Whether a standby does so before it is promoted.
     *
     * @param mode of the standby: {@code archive_mode}
     * @return true only if that is {@code always}, and something archives
     */
    public boolean archivesInRecovery(String mode) {
        return mode.equals("always") && archives();
    }

    /**
     * With the doubt, if there is one.
     *
     * @return a part of a sentence
     */
    public String describe() {
        return text + doubt.map(why -> " (" + why + ")").orElse("");
    }
}
