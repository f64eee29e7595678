package io.pgbackup.core.engine;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.keys.KeyChanges;
import io.pgbackup.core.engine.keys.KeyRingQuery;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.event.OperationKind;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.keys.KeySlotInfo;
import io.pgbackup.keys.RepositoryKeys;
import io.pgbackup.keys.RotateRequest;
import java.util.Objects;
import java.util.function.BiFunction;

/** The verbs of a repository's keys; changes leave a job record with the cluster in whose name they were made. Safe for use by many threads. */
final class KeyVerbs implements RepositoryKeys {
    private static final int LONGEST_NAME = 200;

    private final Verbs verbs;
    private final Repositories repositories;
    private final Repository repository;

    KeyVerbs(Verbs verbs, Repositories repositories, Repository repository) {
        this.verbs = verbs;
        this.repositories = repositories;
        this.repository = repository;
    }

    @Override
    public KeyRingInfo ring() {
        return repositories.withKeys(repository, unlocking -> query(unlocking).run());
    }

    private KeyRingQuery query(KeyUnlocking unlocking) {
        return new KeyRingQuery(unlocking, repository.key().orElseThrow());
    }

    @Override
    public KeySlotInfo add(String name, EncryptionKey key) {
        Objects.requireNonNull(key, "key");
        if (name.length() > LONGEST_NAME) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the name of a key slot has at most " + LONGEST_NAME + " characters, not " + name.length(),
                    "choose a shorter one");
        }
        return changed(OperationKind.ADD_KEY, (operation, changes) -> {
            int number = changes.add(name, key);
            operation.fact("slot", Integer.toString(number));
            return ring().slots().stream()
                    .filter(slot -> slot.number() == number)
                    .findFirst()
                    .orElseThrow(() -> new io.pgbackup.error.ConflictException(
                            ErrorCode.KEYS_CHANGED,
                            "key slot " + number + " was added, and removed by somebody else at once",
                            "look at keys().ring()"));
        });
    }

    @Override
    public KeyRingInfo remove(int slot) {
        return changed(OperationKind.REMOVE_KEY, (operation, changes) -> {
            operation.fact("slot", Integer.toString(slot));
            changes.remove(slot);
            return ring();
        });
    }

    @Override
    public KeyRingInfo rotate(RotateRequest request) {
        return changed(OperationKind.ROTATE_KEYS, (operation, changes) -> {
            operation.fact("dropped", request.dropped().toString());
            operation.fact("generation", Integer.toString(changes.rotate(request)));
            return ring();
        });
    }

    private <T> T changed(OperationKind kind, BiFunction<Operation, KeyChanges, T> body) {
        return verbs.run(
                kind,
                repository,
                (operation, open) -> repositories.withKeys(repository, unlocking -> {
                    KeyChanges changes = new KeyChanges(
                            unlocking,
                            repository.key().orElseThrow(),
                            operation.clock(),
                            failure -> operation.warn(
                                    "key slots",
                                    "a slot that no longer counts could not be deleted: " + failure.getMessage()));
                    return body.apply(operation, changes);
                }));
    }
}
