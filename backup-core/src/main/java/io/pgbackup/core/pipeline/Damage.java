package io.pgbackup.core.pipeline;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import org.jspecify.annotations.Nullable;

/** Words for what is wrong with an object; only here are object, frame and offset known together. */
final class Damage {
    private static final String HINT = "Verify the repository to see which sets are affected;"
            + " restore from another repository or from a set that does not lean on this object.";

    private Damage() {}

    static RepositoryException of(ObjectKey key, String reason) {
        return new RepositoryException(ErrorCode.REPOSITORY_DAMAGED, "object " + key + " is damaged: " + reason, HINT)
                .about(key.toString());
    }

    static RepositoryException ofFrame(ObjectKey key, FrameLocation where, String reason, @Nullable Throwable cause) {
        String message = "object " + key + " is damaged: frame " + where.number() + " at offset " + where.offset()
                + ": " + reason;
        return new RepositoryException(ErrorCode.REPOSITORY_DAMAGED, message, HINT, cause).about(key.toString());
    }
}
