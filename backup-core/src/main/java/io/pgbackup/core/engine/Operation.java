package io.pgbackup.core.engine;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.InternalException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.Warning;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One call of a verb while it runs: its name, its way out, and what it has to tell. For the thread that runs the operation. */
public final class Operation {
    private final String id;
    private final OperationKind kind;
    private final InstantSource clock;
    private final Cancellation cancellation;
    private final Listeners listeners;
    private final ProgressMeter progress;
    private final Patience patience;
    private final Optional<Operation> whole;
    private final List<Runnable> duties = new CopyOnWriteArrayList<>();
    private final List<Warning> warnings = new ArrayList<>();
    private final Map<String, String> facts = new LinkedHashMap<>();

    Operation(
            String id,
            OperationKind kind,
            InstantSource clock,
            Cancellation cancellation,
            Listeners listeners,
            Patience patience) {
        this.id = id;
        this.kind = kind;
        this.clock = clock;
        this.cancellation = cancellation;
        this.listeners = listeners;
        this.patience = patience;
        this.progress = new ProgressMeter(id, kind, listeners::progress);
        this.whole = Optional.empty();
    }

    private Operation(Operation whole) {
        this.id = whole.id;
        this.kind = whole.kind;
        this.clock = whole.clock;
        this.cancellation = whole.cancellation;
        this.listeners = whole.listeners;
        this.progress = whole.progress;
        this.patience = whole.patience;
        this.whole = Optional.of(whole);
    }

    /**
     * A part with a result and a job record of its own: what it warns about and notes is its own, beside what is said of the whole.
     *
     * @return for the same thread
     */
    public Operation part() {
        return new Operation(this);
    }

    /**
     * The name of the operation in events, results, job record and log.
     *
     * @return unique
     */
    public String id() {
        return id;
    }

    /**
     * The operation and its host.
     *
     * @return what a lease says of its holder
     */
    public String holder() {
        try {
            return "operation " + id + " on " + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "operation " + id;
        }
    }

    /**
     * The verb.
     *
     * @return its kind
     */
    public OperationKind kind() {
        return kind;
    }

    /**
     * The clock.
     *
     * @return for labels and records
     */
    public InstantSource clock() {
        return clock;
    }

    /**
     * The way out.
     *
     * @return to be checked often
     */
    public Cancellation cancellation() {
        return cancellation;
    }

    /**
     * What listeners hear of the way done.
     *
     * @return the meter
     */
    public ProgressMeter progress() {
        return progress;
    }

    /** To be called again and again by whatever takes long: stops the operation if it should stop, and tells listeners how far it is. */
    public void heartbeat() {
        if (whole.isPresent()) {
            whole.get().heartbeat();
            return;
        }
        cancellation.check();
        progress.tick();
        beat();
    }

    /** Does what must happen again and again. A part's duties are not done by {@link #heartbeat}: whoever has divided the operation does them. */
    public void beat() {
        duties.forEach(Runnable::run);
    }

    /**
     * Something that must happen again and again as long as the operation runs.
     *
     * @param duty called with every heartbeat, so it is cheap unless it is due; what it throws stops the operation
     */
    public void duty(Runnable duty) {
        duties.add(duty);
    }

    /**
     * How the operation deals with others that are at work.
     *
     * @return what was seen of them, and how long to wait
     */
    public Patience patience() {
        return patience;
    }

    /**
     * Does something that must be undone if it fails, also if it fails by an interrupt: the flag is set aside meanwhile.
     *
     * @param body may fail
     * @param undo told the reason; what it throws is added to the failure
     * @param <T> result of the body
     * @return what the body returned
     */
    public <T> T settling(Supplier<T> body, Consumer<String> undo) {
        try {
            return body.get();
        } catch (RuntimeException | Error e) {
            boolean interrupted = Thread.interrupted();
            try {
                undo.accept(e instanceof PgBackupException known ? known.code().name() : e.toString());
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    /**
     * Tells a person something, and goes on.
     *
     * @param subject what it is about
     * @param message what was found and done
     */
    public void warn(String subject, String message) {
        Warning warning = new Warning(subject, message);
        warnings.add(warning);
        listeners.warning(id, warning);
    }

    /**
     * What was warned about so far.
     *
     * @return a copy
     */
    public List<Warning> warnings() {
        List<Warning> all = new ArrayList<>();
        whole.ifPresent(operation -> all.addAll(operation.warnings()));
        all.addAll(warnings);
        return all;
    }

    /**
     * Notes something for the job record.
     *
     * @param name of the fact
     * @param value without secrets
     */
    public void fact(String name, String value) {
        facts.put(name, value);
    }

    Map<String, String> facts() {
        Map<String, String> all = new LinkedHashMap<>();
        whole.ifPresent(operation -> all.putAll(operation.facts()));
        all.putAll(facts);
        return all;
    }

    /**
     * A failure as the caller shall see it: in the words of the api, with the name of the operation.
     *
     * @param thrown by the operation
     * @return itself, or an exception that has it as its cause
     */
    public PgBackupException named(Throwable thrown) {
        PgBackupException failure = known(thrown);
        failure.setOperationId(id);
        return failure;
    }

    private static PgBackupException known(Throwable thrown) {
        if (thrown instanceof PgBackupException known) {
            return known;
        }
        if (thrown instanceof MalformedContentException malformed) {
            return new RepositoryException(
                    ErrorCode.REPOSITORY_DAMAGED,
                    "what the repository says makes no sense: " + malformed.getMessage(),
                    "verify tells which backups are affected; use another backup or repository",
                    malformed);
        }
        return new InternalException(
                ErrorCode.INTERNAL,
                "unexpected failure: " + thrown,
                "please report this with the stack trace and the operation id",
                thrown);
    }
}
