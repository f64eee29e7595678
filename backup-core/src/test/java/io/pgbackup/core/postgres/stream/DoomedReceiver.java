package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.ConnectionSettings;
import java.nio.file.Path;
import java.time.Duration;

/** A process that receives until it is killed. */
final class DoomedReceiver {
    private DoomedReceiver() {}

    /**
     * Runs.
     *
     * @param arguments port, directory of the receiver, directory of the destination, moment of acknowledging
     */
    public static void main(String[] arguments) {
        StreamSettings settings = StreamSettings.of(Path.of(arguments[1]), "keeper")
                .partialAfter(Duration.ofMillis(50))
                .acknowledge(Acknowledge.valueOf(arguments[3]));
        WalStreamReceiver.Environment environment = new WalStreamReceiver.Environment(
                new DirectoryDestination(Path.of(arguments[2])),
                (subject, message) -> System.out.println(subject + ": " + message),
                Thread::new);
        try (WalStreamReceiver receiver = new WalStreamReceiver(
                ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + arguments[0] + "/postgres", "postgres"),
                settings,
                environment)) {
            receiver.run(() -> {});
        }
    }
}
