package io.pgbackup.storage.testkit;

import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * One planned fault of a {@link FaultyStorage}: where ({@link #matching}), when ({@link #nth}, {@link #times}, {@link #always},
 * {@link #chance}; without any of them at the first matching call), and what. Plan it in one expression, the what last.
 */
public final class Fault {
    private final Verb verb;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger happened = new AtomicInteger();
    private Predicate<String> where = subject -> true;
    private IntPredicate when = call -> call == 1;
    private int expected = 1;
    private String description;
    private Action before = subject -> {};
    private Action after = subject -> {};
    private Wrapping wrapping = (subject, stream) -> stream;
    private volatile boolean planned;

    Fault(Verb verb) {
        this.verb = verb;
        this.description = "on " + verb;
    }

    /** What a test does at a planned moment: count down a latch, wait for one, look at something. */
    @FunctionalInterface
    public interface Hook {
        /**
         * Runs in the thread that uses the storage.
         *
         * @throws InterruptedException if that thread is interrupted; the storage is then unavailable and the flag set again
         */
        void run() throws InterruptedException;
    }

    @FunctionalInterface
    private interface Action {
        void run(String subject) throws StorageException;
    }

    @FunctionalInterface
    private interface Wrapping {
        InputStream wrap(String subject, InputStream stream);
    }

    /**
     * Only for some subjects.
     *
     * @param subjects decides by the text of the key or prefix
     * @return this fault
     */
    public Fault matching(Predicate<String> subjects) {
        where = subjects;
        return this;
    }

    /**
     * Only for some subjects.
     *
     * @param glob {@code *} and {@code ?} stand for anything within a segment, {@code **} also for slashes
     * @return this fault
     */
    public Fault matching(String glob) {
        StringBuilder regex = new StringBuilder();
        for (String part : glob.split("(?<=[*?])|(?=[*?])")) {
            regex.append(part.equals("*") ? "[^/]*" : part.equals("?") ? "[^/]" : Pattern.quote(part));
        }
        Pattern pattern = Pattern.compile(regex.toString().replace("[^/]*[^/]*", ".*"), Pattern.DOTALL);
        description += " matching " + glob;
        return matching(subject -> pattern.matcher(subject).matches());
    }

    /**
     * At one matching call.
     *
     * @param call 1 for the first
     * @return this fault
     */
    public Fault nth(int call) {
        return when("call " + call, 1, number -> number == call);
    }

    /**
     * At the first matching calls.
     *
     * @param count how many
     * @return this fault
     */
    public Fault times(int count) {
        return when("first " + count + " calls", count, number -> number <= count);
    }

    /**
     * At every matching call.
     *
     * @return this fault
     */
    public Fault always() {
        return when("every call", 1, number -> true);
    }

    /**
     * At some matching calls, by chance.
     *
     * @param percent how many of a hundred
     * @param random with a fixed seed, so that a test can be repeated
     * @return this fault
     */
    public Fault chance(double percent, Random random) {
        return when(percent + " % of calls", 1, number -> random.nextDouble() * 100 < percent);
    }

    private Fault when(String text, int count, IntPredicate calls) {
        description += ", " + text;
        expected = count;
        when = calls;
        return this;
    }

    /** The request is not carried out: the store is unavailable. */
    public void unavailable() {
        fail(subject -> new StorageUnavailableException("planned failure of " + verb + " " + subject, null));
    }

    /**
     * The request is not carried out: the store is unavailable and asks for patience.
     *
     * @param retryAfter how long the store wants the client to wait
     */
    public void unavailable(Duration retryAfter) {
        fail(subject ->
                new StorageUnavailableException("planned failure of " + verb + " " + subject, null, retryAfter));
    }

    /** The request is not carried out: the store refuses it. */
    public void denied() {
        fail(subject -> new StorageDeniedException("planned refusal of " + verb + " " + subject));
    }

    /** The request is not carried out: it can never succeed. */
    public void fault() {
        fail(subject -> new StorageFaultException("planned fault of " + verb + " " + subject));
    }

    /**
     * The request is not carried out.
     *
     * @param failure makes the exception from the text of the key or prefix
     */
    public void fail(Function<String, ? extends StorageException> failure) {
        plan("failure");
        before = subject -> {
            happened.incrementAndGet();
            throw failure.apply(subject);
        };
    }

    /** The request is carried out, but its reply gets lost: the store seems to be unavailable. */
    public void loseReply() {
        plan("lost reply");
        after = subject -> {
            happened.incrementAndGet();
            throw new StorageUnavailableException("planned loss of the reply to " + verb + " " + subject, null);
        };
    }

    /**
     * The stream ends as if the object were shorter.
     *
     * @param bytes how many are delivered
     */
    public void endEarlyAfter(long bytes) {
        planStream("early end", bytes, false);
    }

    /**
     * The stream throws.
     *
     * @param bytes how many are delivered before
     */
    public void breakAfter(long bytes) {
        planStream("broken stream", bytes, true);
    }

    private void planStream(String text, long bytes, boolean throwing) {
        if (verb != Verb.READ) {
            throw new IllegalStateException("only READ has a stream, not " + verb);
        }
        plan(text + " after " + bytes + " bytes");
        wrapping = (subject, stream) -> new BreakingStream(stream, bytes, throwing, happened::incrementAndGet);
    }

    /**
     * The request is carried out after a hook has run, so that something else can happen first.
     *
     * @param hook what happens meanwhile
     */
    public void meanwhile(Hook hook) {
        plan("hook before");
        before = subject -> run(hook, subject);
    }

    /**
     * The request is carried out, and a hook runs before its caller hears of it.
     *
     * @param hook what happens then
     */
    public void afterwards(Hook hook) {
        plan("hook after");
        after = subject -> run(hook, subject);
    }

    private void run(Hook hook, String subject) throws StorageUnavailableException {
        happened.incrementAndGet();
        try {
            hook.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageUnavailableException("interrupted during " + verb + " " + subject, e);
        }
    }

    private void plan(String what) {
        if (planned) {
            throw new IllegalStateException("this fault has an effect already: " + description);
        }
        description += ": " + what;
        planned = true;
    }

    boolean isDue(Verb called, String subject) {
        return planned && called == verb && where.test(subject) && when.test(calls.incrementAndGet());
    }

    void before(String subject) throws StorageException {
        before.run(subject);
    }

    void after(String subject) throws StorageException {
        after.run(subject);
    }

    InputStream wrap(String subject, InputStream stream) {
        return wrapping.wrap(subject, stream);
    }

    boolean hasHappened() {
        return planned && happened.get() >= expected;
    }

    @Override
    public String toString() {
        return description + " (" + calls.get() + " matching calls, happened " + happened.get() + " times)";
    }
}
