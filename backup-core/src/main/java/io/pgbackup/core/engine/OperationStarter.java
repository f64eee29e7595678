package io.pgbackup.core.engine;

import io.pgbackup.event.OperationKind;
import java.util.function.Function;

/** Runs operations with what all of them have in common. Safe for use by many threads. */
public interface OperationStarter {
    /**
     * Runs an operation.
     *
     * @param kind the verb
     * @param body does it
     * @param <T> its result
     * @return what the body returned
     */
    <T> T run(OperationKind kind, Function<Operation, T> body);
}
