package io.pgbackup.core.engine;

import io.pgbackup.OperationOptions;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationEnded;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.OperationStarted;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/** What every operation has in common: a name, events, log context, and exceptions that carry the name. Safe for use by many threads. */
final class OperationRunner implements OperationStarter {
    private static final Logger LOG = LoggerFactory.getLogger(OperationRunner.class);
    private static final String CLUSTER_KEY = "pgbackup.cluster";
    private static final String OPERATION_KEY = "pgbackup.operation";

    private final String cluster;
    private final InstantSource clock;
    private final List<OperationListener> listeners;
    private final OperationOptions options;
    private final LeaseWatch leaseWatch;

    OperationRunner(
            String cluster,
            InstantSource clock,
            List<OperationListener> listeners,
            OperationOptions options,
            LeaseWatch leaseWatch) {
        this.cluster = cluster;
        this.clock = clock;
        List<OperationListener> all = new ArrayList<>(listeners);
        options.listener().ifPresent(all::add);
        this.listeners = all;
        this.options = options;
        this.leaseWatch = leaseWatch;
    }

    @Override
    public <T> T run(OperationKind kind, Function<Operation, T> body) {
        Listeners told = new Listeners(listeners);
        Cancellation cancellation = new Cancellation(options.cancellation(), options.deadline());
        String id = UUID.randomUUID().toString().substring(0, 18).replace("-", "");
        Operation operation =
                new Operation(id, kind, clock, cancellation, told, new Patience(leaseWatch, options.waitForLease()));
        Optional<String> outerCluster = put(CLUSTER_KEY, cluster);
        Optional<String> outerOperation = put(OPERATION_KEY, id);
        told.started(new OperationStarted(id, kind, cluster, clock.instant()));
        Level level = level(kind);
        LOG.atLevel(level).log("{} of {} begins", kind, cluster);
        try {
            T result = body.apply(operation);
            LOG.atLevel(level)
                    .log(
                            "{} of {} ended after {} ms",
                            kind,
                            cluster,
                            cancellation.elapsed().toMillis());
            told.ended(new OperationEnded(id, kind, cancellation.elapsed(), Optional.empty()));
            return result;
        } catch (RuntimeException e) {
            PgBackupException failure = operation.named(e);
            LOG.info(
                    "{} of {} failed after {} ms: {}",
                    kind,
                    cluster,
                    cancellation.elapsed().toMillis(),
                    failure.code());
            told.ended(new OperationEnded(id, kind, cancellation.elapsed(), Optional.of(failure)));
            throw failure;
        } finally {
            restore(CLUSTER_KEY, outerCluster);
            restore(OPERATION_KEY, outerOperation);
        }
    }

    /**
     * Runs a part of an operation and leaves a job record, whatever comes of it.
     *
     * @param operation of which it is a part
     * @param registry takes the record
     * @param body does it
     * @param <T> its result
     * @return what the body returned
     */
    static <T> T recorded(Operation operation, Consumer<JobRecord> registry, Function<Operation, T> body) {
        Instant started = operation.clock().instant();
        try {
            T result = body.apply(operation);
            JobLog.write(operation, started, registry, Optional.empty());
            return result;
        } catch (RuntimeException e) {
            JobLog.write(operation, started, registry, Optional.of(operation.named(e)));
            throw e;
        }
    }

    /** WAL files come and go many times a minute. */
    private static Level level(OperationKind kind) {
        return kind == OperationKind.WAL_PUSH || kind == OperationKind.WAL_FETCH ? Level.DEBUG : Level.INFO;
    }

    private static Optional<String> put(String key, String value) {
        Optional<String> outer = Optional.ofNullable(MDC.get(key));
        MDC.put(key, value);
        return outer;
    }

    private static void restore(String key, Optional<String> outer) {
        outer.ifPresentOrElse(value -> MDC.put(key, value), () -> MDC.remove(key));
    }
}
