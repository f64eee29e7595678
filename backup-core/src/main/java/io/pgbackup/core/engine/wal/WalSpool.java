package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.WaitingWal;
import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.wal.WalPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The local directory in which WAL waits that the server believes to be archived. Safe for use by many threads. */
final class WalSpool implements WaitingWal {
    private static final Logger LOG = LoggerFactory.getLogger(WalSpool.class);
    private static final Duration LONGEST_COPY = Duration.ofHours(1);

    private final WalPolicy.Spool policy;

    /**
     * A file that waits.
     *
     * @param name of the file
     * @param path where it is
     * @param bytes its size
     * @param since when it came, by the clock of the file system
     */
    record Waiting(WalFileName name, Path path, long bytes, Instant since) {}

    WalSpool(WalPolicy.Spool policy) {
        this.policy = policy;
    }

    WalPolicy.Spool policy() {
        return policy;
    }

    /** Histories first, as the server archives them; then in the order of the log. */
    List<Waiting> waiting() {
        try (Stream<Path> files = Files.list(policy.directory())) {
            List<Waiting> waiting = new ArrayList<>();
            for (Path file : files.toList()) {
                Optional<WalFileName> name = WalFileName.tryParse(String.valueOf(file.getFileName()));
                if (name.isPresent()) {
                    entry(name.get(), file).ifPresent(waiting::add);
                }
            }
            waiting.sort(Comparator.comparing((Waiting file) -> file.name().kind() != WalFileName.Kind.TIMELINE_HISTORY)
                    .thenComparing(file -> file.name().toString()));
            return waiting;
        } catch (IOException | UncheckedIOException e) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "the spool " + policy.directory() + " cannot be read: " + e,
                    "is its disk there, and may this process read it? The server keeps its WAL meanwhile",
                    e);
        }
    }

    /** Where there is no spool nothing waits: whoever restores may do so on another machine. */
    @Override
    public Set<WalFileName> names() {
        return Files.notExists(policy.directory())
                ? Set.of()
                : waiting().stream().map(Waiting::name).collect(Collectors.toSet());
    }

    @Override
    public Optional<InputStream> open(WalFileName name) {
        Path file = policy.directory().resolve(name.toString());
        try {
            InputStream content = Files.newInputStream(file);
            try {
                WalFiles.inspect(name, file);
                return Optional.of(content);
            } catch (RuntimeException e) {
                content.close();
                if (Files.notExists(file)) {
                    return Optional.empty();
                }
                throw e;
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw WalFiles.unreadable(file, e);
        }
    }

    /** Copies that a command left when it was killed. None works for an hour at one. */
    void tidy(Instant now) {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(policy.directory(), ".*.part")) {
            for (Path part : parts) {
                if (Files.getLastModifiedTime(part).toInstant().isBefore(now.minus(LONGEST_COPY))) {
                    Files.deleteIfExists(part);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.info("the spool {} is not tidied: {}", policy.directory(), e.getMessage());
        }
    }

    private static Optional<Waiting> entry(WalFileName name, Path file) throws IOException {
        try {
            return Optional.of(new Waiting(
                    name,
                    file,
                    Files.size(file),
                    Files.getLastModifiedTime(file).toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Gives a file that waits; false if it does not wait (any more). */
    boolean copyTo(WalFileName name, Path target) {
        Path file = policy.directory().resolve(name.toString());
        Path part = target.resolveSibling(target.getFileName() + ".pgbackup-part");
        try {
            Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
            WalFiles.inspect(name, part);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw WalFiles.unreadable(file, e);
        }
    }
}
