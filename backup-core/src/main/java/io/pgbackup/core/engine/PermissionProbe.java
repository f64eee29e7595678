package io.pgbackup.core.engine;

import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries each verb by itself, to say which of them this identity may not. Asked after something was denied. What it writes is deleted if that is allowed. For one
 * call.
 */
final class PermissionProbe {
    private static final byte[] CONTENT = "may this be written?".getBytes(StandardCharsets.US_ASCII);

    private final Storage storage;
    private final ObjectKey probe;
    private final Map<String, String> answers = new LinkedHashMap<>();
    private final List<String> denied = new ArrayList<>();

    PermissionProbe(Storage storage, ObjectKey probe) {
        this.storage = storage;
        this.probe = probe;
    }

    /** One request that proves a permission. */
    @FunctionalInterface
    private interface Attempt {
        void send() throws StorageException, IOException;
    }

    Item run(String subject) {
        attempt("list", () -> storage.list(probe.parent()));
        attempt("create", () -> storage.create(probe, Payload.of(CONTENT), ObjectAttributes.of(ObjectKind.CONTROL)));
        attempt("look", () -> storage.stat(probe));
        attempt("read", this::read);
        boolean deletes = attempt("delete", this::delete);
        denied.remove("delete");
        String answered = answers.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .reduce((one, other) -> one + ", " + other)
                .orElse("");
        return new Item(
                subject + ": permissions",
                denied.isEmpty(),
                answered + (deletes ? "" : " (deleting is needed to expire, not to back up)"),
                denied.isEmpty()
                        ? ""
                        : "let this identity " + String.join(", ", denied) + " objects at the place of the repository");
    }

    private void read() throws StorageException, IOException {
        // An object that is not there is answered as missing, or as denied: both tell.
        try (InputStream content = storage.read(probe, ByteRange.all())) {
            content.readAllBytes();
        } catch (IOException e) {
            if (e.getCause() instanceof StorageException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void delete() throws StorageException {
        DeleteReport report = storage.delete(List.of(probe));
        for (StorageException failure : report.failures().values()) {
            throw failure;
        }
    }

    private boolean attempt(String verb, Attempt attempt) {
        String answer;
        try {
            attempt.send();
            answer = "yes";
        } catch (StorageDeniedException e) {
            answer = "no";
            denied.add(verb);
        } catch (io.pgbackup.storage.ObjectNotFoundException e) {
            answer = "yes, as far as can be tried";
        } catch (StorageException | IOException e) {
            answer = "not known (" + e.getMessage() + ")";
        }
        answers.put(verb, answer);
        return !denied.contains(verb);
    }
}
