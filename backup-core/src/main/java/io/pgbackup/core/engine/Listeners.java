package io.pgbackup.core.engine;

import io.pgbackup.event.OperationEnded;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.OperationStarted;
import io.pgbackup.event.Progress;
import io.pgbackup.event.Warning;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener; what a listener throws is logged and forgotten. Safe for use by many threads. */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<OperationListener> listeners;

    Listeners(List<OperationListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    void started(OperationStarted event) {
        tell(listener -> listener.started(event));
    }

    void progress(Progress progress) {
        tell(listener -> listener.progress(progress));
    }

    void warning(String operationId, Warning warning) {
        LOG.warn("{}: {}", warning.subject(), warning.message());
        tell(listener -> listener.warning(operationId, warning));
    }

    void ended(OperationEnded event) {
        tell(listener -> listener.ended(event));
    }

    private void tell(Consumer<OperationListener> event) {
        for (OperationListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed: {}", listener.getClass().getName(), e);
            }
        }
    }
}
