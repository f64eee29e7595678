package io.pgbackup.core.postgres.files;

import io.pgbackup.core.postgres.files.LocalAttributes.Facts;
import io.pgbackup.core.postgres.files.LocalAttributes.Type;
import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The walk over a local data directory. For one thread. */
final class LocalScan implements ClusterScan {
    private static final ClusterPath WAL = ClusterPath.of("pg_wal");
    private static final String LINK_HINT =
            "PostgreSQL's own backup would leave the link out. Move the file into the data directory, or exclude it by name.";

    private final ScanOptions options;
    private final LocalTablespaces tablespaces;
    private final List<String> walDirectories;
    private final Set<ClusterPath> walkedElsewhere;
    private final LocalAttributes attributes = new LocalAttributes();
    private final Deque<LocalDirectory> open = new ArrayDeque<>();
    private final Deque<ClusterEntry> ready = new ArrayDeque<>();
    private final List<ScanNote> notes = new ArrayList<>();

    LocalScan(Path root, ScanOptions options, LocalTablespaces tablespaces, List<String> walDirectories)
            throws IOException {
        this.options = options;
        this.tablespaces = tablespaces;
        this.walDirectories = walDirectories;
        this.walkedElsewhere = tablespaces.insideDataDirectory();
        open.push(new LocalDirectory(ClusterPath.ROOT, root, LocalDirectory.list(root)));
    }

    @Override
    public Optional<ClusterEntry> next() {
        while (ready.isEmpty() && !open.isEmpty()) {
            LocalDirectory directory = open.element();
            if (directory.isEmpty()) {
                open.pop();
            } else {
                visit(directory, directory.nextName());
            }
        }
        return Optional.ofNullable(ready.poll());
    }

    @Override
    public List<ScanNote> notes() {
        return List.copyOf(notes);
    }

    @Override
    public void close() {
        open.clear();
        ready.clear();
    }

    private void visit(LocalDirectory parent, byte[] name) {
        ClusterPath path = parent.child(name);
        boolean top = parent.path().equals(ClusterPath.ROOT);
        if (ServerExclusions.leavesOut(path, top)
                || parent.isLostRelation(path.name())
                || options.excludes().stream().anyMatch(pattern -> pattern.matches(path))) {
            return;
        }
        Path local = parent.localChild(name);
        try {
            Facts facts = attributes.read(local, LinkOption.NOFOLLOW_LINKS);
            switch (facts.type()) {
                case DIRECTORY -> directory(path, local, facts);
                case FILE -> ready.add(ClusterEntry.file(path, facts.attributes()));
                case LINK -> link(path, local);
                case OTHER -> notes.add(new ScanNote(path, "a socket, pipe or device: not backed up"));
            }
        } catch (NoSuchFileException e) {
            // Gone since its directory was listed: WAL replay knows why.
            return;
        } catch (IOException e) {
            throw SourceFailure.reading(path, e);
        }
    }

    private void directory(ClusterPath path, Path local, Facts facts) throws IOException {
        if (walkedElsewhere.contains(path)) {
            notes.add(new ScanNote(path, "a tablespace inside the data directory: backed up once, through its link"));
            return;
        }
        if (path.equals(WAL)) {
            writeAheadLog(facts);
            return;
        }
        boolean empty = ServerExclusions.keptEmpty(path)
                || options.excludes().stream().anyMatch(pattern -> pattern.matchesContents(path));
        List<byte[]> names = empty ? List.of() : LocalDirectory.list(local);
        boolean inPlace = path.parent().equals(LocalTablespaces.DIRECTORY) && RelationFile.isNumber(path.name());
        open.push(new LocalDirectory(path, local, inPlace ? tablespaces.ownNames(names) : names));
        ready.add(ClusterEntry.directory(path, facts.attributes()));
    }

    private void link(ClusterPath path, Path local) throws IOException {
        if (path.parent().equals(LocalTablespaces.DIRECTORY) && RelationFile.isNumber(path.name())) {
            tablespace(path, local);
            return;
        }
        boolean becomesDirectory = path.equals(WAL) || ServerExclusions.keptEmpty(path);
        Facts target = becomesDirectory ? attributes.read(local) : null;
        if (target == null || target.type() != Type.DIRECTORY) {
            throw SourceFailure.unexpected(path, "it is a symbolic link", LINK_HINT);
        }
        if (path.equals(WAL)) {
            writeAheadLog(target);
        } else {
            ready.add(ClusterEntry.directory(path, target.attributes()));
        }
    }

    private void tablespace(ClusterPath path, Path link) throws IOException {
        Optional<Path> target = tablespaces.target(link);
        if (target.isEmpty()) {
            return;
        }
        Optional<List<byte[]>> names = tablespaces.linkedNames(path, link, target.get());
        if (names.isEmpty()) {
            return;
        }
        EntryAttributes found = attributes.read(target.get()).attributes();
        open.push(new LocalDirectory(path, target.get(), names.get()));
        ready.add(ClusterEntry.tablespaceLink(path, found, TablespaceLocation.of(NativePaths.bytes(target.get()))));
    }

    private void writeAheadLog(Facts facts) {
        ready.add(ClusterEntry.directory(WAL, facts.attributes()));
        for (String name : walDirectories) {
            ready.add(ClusterEntry.directory(WAL.resolve(name), facts.attributes()));
        }
    }
}
