package io.pgbackup.event;

import java.time.Duration;
import java.util.Optional;

/**
 * How far an operation is: an immutable snapshot.
 *
 * @param operationId as in {@link OperationStarted}
 * @param kind the verb
 * @param phase what it does now, for people
 * @param bytesDone bytes of the cluster worked on
 * @param bytesTotal bytes expected, as estimated at the begin; may be exceeded
 * @param filesDone files finished
 * @param elapsed since the begin
 */
public record Progress(
        String operationId,
        OperationKind kind,
        String phase,
        long bytesDone,
        long bytesTotal,
        long filesDone,
        Duration elapsed) {

    /**
     * The rate so far.
     *
     * @return bytes per second, 0 in the first moments
     */
    public long bytesPerSecond() {
        long milliseconds = elapsed.toMillis();
        return milliseconds == 0 ? 0 : (long) (bytesDone * 1000.0 / milliseconds);
    }

    /**
     * The time left at the rate so far.
     *
     * @return empty while there is nothing to judge by
     */
    public Optional<Duration> remaining() {
        if (bytesDone <= 0 || bytesTotal <= 0) {
            return Optional.empty();
        }
        double left = Math.max(0, bytesTotal - bytesDone) / (double) bytesDone;
        return Optional.of(Duration.ofMillis((long) (elapsed.toMillis() * left)));
    }
}
