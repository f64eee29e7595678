package io.pgbackup.core.engine.backup;

import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.core.storage.RetryListener;
import io.pgbackup.core.storage.RetryPolicy;
import io.pgbackup.core.storage.RetryTiming;
import io.pgbackup.core.storage.RetryingStorage;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.util.ArrayList;
import java.util.List;

/** Knows every create that went through it and can send it once more, or keep its reply to itself. For one thread. */
final class RememberingStorage extends ForwardingStorage {
    private record Create(ObjectKey key, Payload payload, ObjectAttributes attributes) {}

    private final List<Create> creates = new ArrayList<>();
    private int replyToLose = -1;
    private boolean lost;

    RememberingStorage(Storage delegate) {
        super(delegate);
    }

    /** With the retry layer above. */
    Storage retried() {
        return new RetryingStorage(this, RetryPolicy.standard(), RetryTiming.system(), RetryListener.none());
    }

    int creates() {
        return creates.size();
    }

    void loseReply(int create) {
        replyToLose = create;
    }

    boolean hasLost() {
        return lost;
    }

    /** The same request arrives again. */
    void repeat(int number) {
        Create create = creates.get(number);
        try {
            super.create(create.key(), create.payload(), create.attributes());
        } catch (ObjectExistsException e) {
            // It arrived in vain.
        } catch (StorageException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        super.create(key, payload, attributes);
        creates.add(new Create(key, payload, attributes));
        if (creates.size() - 1 == replyToLose) {
            lost = true;
            throw new StorageUnavailableException("the reply was lost", null);
        }
    }
}
