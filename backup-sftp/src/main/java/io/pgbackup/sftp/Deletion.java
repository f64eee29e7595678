package io.pgbackup.sftp;

import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Deletes many objects with few round trips: looks for some of them at once, removes them at once, and at last cleans up their directories. */
final class Deletion {
    private static final int TOGETHER = 50;

    private final SftpFiles files;
    private final RemoteTree tree;
    private final RemoteWriter writer;
    private final String name;
    private final Map<ObjectKey, StorageException> failures = new HashMap<>();
    private final Map<String, List<ObjectKey>> directories = new LinkedHashMap<>();

    Deletion(SftpFiles files, RemoteTree tree, RemoteWriter writer, String name) {
        this.files = files;
        this.tree = tree;
        this.writer = writer;
        this.name = name;
    }

    DeleteReport delete(Collection<ObjectKey> keys) {
        List<ObjectKey> ordered = keys.stream().distinct().toList();
        for (int begin = 0; begin < ordered.size(); begin += TOGETHER) {
            deleteSome(ordered.subList(begin, Math.min(begin + TOGETHER, ordered.size())));
        }
        directories.forEach(this::makeDurable);
        return new DeleteReport(failures);
    }

    private void deleteSome(List<ObjectKey> keys) {
        Map<ObjectKey, RemoteTree.Search> searches = new LinkedHashMap<>();
        for (ObjectKey key : keys) {
            attempt(key, () -> searches.put(key, tree.search(files, tree.file(key))));
        }
        Map<ObjectKey, Answer<SftpReply>> removals = new LinkedHashMap<>();
        searches.forEach((key, search) -> attempt(key, () -> {
            // Only a file: a prefix is no object.
            if (search.result().filter(RemoteAttributes::isFile).isPresent()) {
                removals.put(key, files.remove(tree.file(key)));
            }
        }));
        removals.forEach((key, removal) -> attempt(key, () -> {
            if (isGone(removal)) {
                directories
                        .computeIfAbsent(RemoteTree.above(tree.file(key)), absent -> new ArrayList<>())
                        .add(key);
            }
        }));
    }

    /** Whether we deleted it, not somebody else. */
    private static boolean isGone(Answer<SftpReply> removal) throws IOException {
        try {
            removal.get();
            return true;
        } catch (SftpStatusException e) {
            if (e.isMissing()) {
                return false;
            }
            throw e;
        }
    }

    private void makeDurable(String directory, List<ObjectKey> deleted) {
        try {
            writer.prune(files, directory);
        } catch (IOException e) {
            StorageException failure = SftpErrors.classify("make the deletion in " + directory + " durable", e);
            deleted.forEach(key -> failures.put(key, failure));
        }
    }

    /** Something about one object that may fail. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException, StorageException;
    }

    private void attempt(ObjectKey key, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            failures.put(key, SftpErrors.classify("delete " + key + " in " + name, e));
        } catch (StorageException e) {
            failures.put(key, e);
        }
    }
}
