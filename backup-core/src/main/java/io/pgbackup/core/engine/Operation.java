package io.pgbackup.core.engine;

import io.pgbackup.core.work.Cancellation;
import io.pgbackup.core.work.ProgressMeter;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.Warning;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        cancellation.check();
        progress.tick();
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
        return List.copyOf(warnings);
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
        return facts;
    }
}
