package io.pgbackup.core.archive;

import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** The archived WAL of one identity of a cluster in one repository. Files are stored once and never replaced. Safe for use by many threads. */
public final class WalArchive {
    private final OpenRepository repository;
    private final ArchiveLayout layout;
    private final WalSealing sealing;
    private final ArchivedContent content;
    private final WalSummaries summaries;

    /**
     * For one identity.
     *
     * @param repository where; stays the caller's
     * @param layout of the identity
     */
    public WalArchive(OpenRepository repository, ArchiveLayout layout) {
        this.repository = repository;
        this.layout = layout;
        this.sealing = new WalSealing(repository);
        this.content = new ArchivedContent(repository);
        this.summaries = new WalSummaries(repository, layout);
    }

    /**
     * The repository.
     *
     * @return open as long as its owner wants
     */
    public OpenRepository repository() {
        return repository;
    }

    /**
     * Where the files are.
     *
     * @return the layout
     */
    public ArchiveLayout layout() {
        return layout;
    }

    /**
     * Stores a file, or makes sure that it is there with this very content.
     *
     * @param name of the file
     * @param file its content
     * @param sealed called when the content is no longer needed, before the repository is spoken to
     * @return false if it was there
     * @throws PgBackupException with {@link ErrorCode#WAL_CONFLICT} if another content is there
     */
    public boolean store(WalFileName name, Path file, Runnable sealed) {
        AtomicReference<Optional<byte[]>> summary = new AtomicReference<>(Optional.empty());
        boolean created =
                store(layout.file(name), file, content -> summary.set(WalSummaries.of(name, content)), sealed);
        Objects.requireNonNull(summary.get()).ifPresent(bytes -> summaries.store(name, bytes));
        return created;
    }

    /**
     * Stores an object, or makes sure that it is there with this very content.
     *
     * @param key of the object
     * @param file its content
     * @param sealed called when the content is no longer needed, before the repository is spoken to
     * @return false if it was there
     */
    boolean store(ObjectKey key, Path file, Runnable sealed) {
        return store(key, file, content -> {}, sealed);
    }

    private boolean store(ObjectKey key, Path file, WalSealing.Reader reader, Runnable sealed) {
        try (SealedWal object = sealing.seal(key, file, reader)) {
            sealed.run();
            boolean created = repository.create(key, HeaderKind.WAL, object.payload());
            object.answered();
            if (!created) {
                requireSame(key, file, object.digest());
            }
            return created;
        } catch (IOException e) {
            throw WalFiles.unreadable(file, e);
        }
    }

    /**
     * What the segments say was changed.
     *
     * @return the summaries beside the files
     */
    public WalSummaries summaries() {
        return summaries;
    }

    /**
     * Whether a file is there with a certain content.
     *
     * @param name of the file
     * @param content to compare with, read to its end
     * @return empty if there is no such file
     * @throws IOException if the content cannot be read
     */
    public Optional<Boolean> holdsSame(WalFileName name, InputStream content) throws IOException {
        return this.content.isSame(layout.file(name), content);
    }

    /** The stored digest is compared under the key generation that made it: the same content, sealed twice, is never the same bytes. */
    private void requireSame(ObjectKey key, Path file, byte[] current) throws IOException {
        ObjectHeader header = content.header(key);
        byte[] stored = header.contentDigest()
                .orElseThrow(() -> repository.malformed(key, new IllegalArgumentException("it has no digest")));
        byte[] given = header.generation() == repository.cipher().currentGeneration()
                ? current
                : digest(file, header.generation());
        if (!Arrays.equals(stored, given)) {
            throw new ConflictException(
                    ErrorCode.WAL_CONFLICT,
                    "repository " + repository.name() + " has another " + key.name() + ": its digest is "
                            + HexFormat.of().formatHex(stored) + ", that of the file is "
                            + HexFormat.of().formatHex(given),
                    "Two servers archive under one name: a restored or promoted copy beside the server, or a cluster that was turned"
                            + " back. Give the copy a cluster name of its own, or call forkCluster if the copy goes on as this"
                            + " cluster.");
        }
    }

    private byte[] digest(Path file, int generation) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return WalSealing.digest(in, repository.cipher().contentDigest(generation));
        }
    }

    /**
     * Copies the content of a file to a stream.
     *
     * @param name of the file
     * @param target not closed; its failures come back as they are
     * @return false if (and only if) there is no such file
     * @throws IOException if the target fails
     * @throws PgBackupException if the file is damaged or cannot be read
     */
    public boolean copyTo(WalFileName name, OutputStream target) throws IOException {
        return copyTo(layout.file(name), target);
    }

    boolean copyTo(ObjectKey key, OutputStream target) throws IOException {
        return content.copyTo(key, target);
    }

    /**
     * Opens the content of a file.
     *
     * @param name of the file
     * @return proved frame by frame, and its end too; empty if (and only if) there is no such file
     */
    public Optional<InputStream> open(WalFileName name) {
        return content.open(layout.file(name));
    }

    Optional<InputStream> open(ObjectKey key) {
        return content.open(key);
    }

    /**
     * Proves a file: every frame, and that the content is the one of its digest.
     *
     * @param name of the file
     * @return bytes of its content
     * @throws PgBackupException if it is missing or damaged
     */
    public long prove(WalFileName name) {
        return content.prove(layout.file(name));
    }

    /**
     * Whether a file is there.
     *
     * @param name of the file
     * @return false if (and only if) the store says that it is not
     */
    public boolean holds(WalFileName name) {
        return repository.stat(layout.file(name)).isPresent();
    }

    /**
     * The timelines of which there is anything.
     *
     * @return ascending
     */
    public List<Timeline> timelines() {
        return repository.list(layout.root()).prefixes().stream()
                .flatMap(prefix -> timeline(prefix).stream())
                .sorted()
                .toList();
    }

    private static Optional<Timeline> timeline(ObjectPrefix prefix) {
        return WalFileName.tryParse(prefix.name() + ".history").map(WalFileName::timeline);
    }

    /**
     * The files of a timeline.
     *
     * @param timeline which
     * @return what was found of each, by name; things with other names are passed over
     */
    public ArchivedFiles files(Timeline timeline) {
        TreeMap<String, ObjectInfo> files = new TreeMap<>();
        var level = repository.list(layout.timeline(timeline));
        level.objects().forEach(info -> files.put(info.key().name(), info));
        for (ObjectPrefix log : level.prefixes()) {
            repository.list(log).objects().forEach(info -> files.put(info.key().name(), info));
        }
        return ArchivedFiles.of(timeline, files);
    }

    /**
     * Removes files for good.
     *
     * @param names of the files; missing ones are fine
     */
    public void delete(List<WalFileName> names) {
        repository.delete(names.stream().map(layout::file).toList());
        summaries.delete(names);
    }
}
