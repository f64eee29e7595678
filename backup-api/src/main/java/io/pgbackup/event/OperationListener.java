package io.pgbackup.event;

/**
 * Hears what an operation does. Called by one thread at a time per operation; progress comes at most a few times a second. What it throws is
 * logged and does not disturb the operation. All methods do nothing unless overridden.
 */
public interface OperationListener {
    /**
     * An operation begins.
     *
     * @param event the facts
     */
    default void started(OperationStarted event) {}

    /**
     * An operation goes on.
     *
     * @param progress how far it is
     */
    default void progress(Progress progress) {}

    /**
     * Something a person should know.
     *
     * @param operationId of the operation
     * @param warning what
     */
    default void warning(String operationId, Warning warning) {}

    /**
     * An operation ended.
     *
     * @param event the facts
     */
    default void ended(OperationEnded event) {}
}
