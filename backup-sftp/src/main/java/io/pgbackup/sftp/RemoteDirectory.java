package io.pgbackup.sftp;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Reads directories of the server. Several pages are asked for at once, so that a long listing takes few round trips. */
final class RemoteDirectory implements AutoCloseable {
    private static final int PAGES_AHEAD = 8;

    private final SftpFiles files;
    private final FileHandle handle;
    private final Deque<Answer<Optional<List<RemoteEntry>>>> asked = new ArrayDeque<>();
    private boolean first = true;

    private RemoteDirectory(SftpFiles files, FileHandle handle) {
        this.files = files;
        this.handle = handle;
    }

    /** Takes over an open directory and asks for its first page. */
    static RemoteDirectory reading(SftpFiles files, FileHandle handle) throws IOException {
        RemoteDirectory directory = new RemoteDirectory(files, handle);
        directory.asked.add(files.entries(handle));
        return directory;
    }

    /** All entries but {@code .} and {@code ..}; empty if the server says that there is no such directory. */
    static Optional<List<RemoteEntry>> read(SftpFiles files, String path) throws IOException {
        FileHandle handle;
        try {
            handle = files.openDirectory(path).get();
        } catch (SftpStatusException e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw e;
        }
        List<RemoteEntry> all = new ArrayList<>();
        try (RemoteDirectory directory = reading(files, handle)) {
            for (List<RemoteEntry> page = directory.next(); !page.isEmpty(); page = directory.next()) {
                all.addAll(page);
            }
        }
        return Optional.of(all);
    }

    static boolean hasEntries(SftpFiles files, String path) throws IOException {
        return read(files, path).filter(entries -> !entries.isEmpty()).isPresent();
    }

    /** Some more entries; none at the end. */
    List<RemoteEntry> next() throws IOException {
        while (true) {
            // Most directories fit one page: only what goes on is worth asking ahead.
            int ahead = first ? 1 : PAGES_AHEAD;
            while (asked.size() < ahead) {
                asked.add(files.entries(handle));
            }
            Optional<List<RemoteEntry>> page = asked.remove().get();
            if (page.isEmpty()) {
                return List.of();
            }
            first = false;
            List<RemoteEntry> entries = page.get().stream()
                    .filter(entry -> !entry.name().equals(".") && !entry.name().equals(".."))
                    .toList();
            if (!entries.isEmpty()) {
                return entries;
            }
        }
    }

    @Override
    public void close() throws IOException {
        files.close(handle);
        files.flush();
    }
}
