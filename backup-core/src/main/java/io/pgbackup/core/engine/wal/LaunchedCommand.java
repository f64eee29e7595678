package io.pgbackup.core.engine.wal;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.wal.WalPolicy;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Pushes or fetches one file in a process of its own: {@code push <settings> <path>} or {@code fetch <settings> <name> <target>}. Ends with 0 if that is done, with {@value
 * #MISSING} if (and only if) every repository says that it does not have the file, and with 1 after an error: a JVM that cannot start ends with 1, too, so that can never mean
 * "missing".
 */
public final class LaunchedCommand {
    /** No repository has the file. */
    static final int MISSING = 3;

    private static final int FAILED = 1;
    private static final String CLUSTER = "cluster.";
    private static final String REPOSITORY = "repository.";
    private static final String REQUIRED = "wal-required";

    private LaunchedCommand() {}

    /**
     * Runs and exits.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.err));
    }

    static int run(String[] arguments, PrintStream complaints) {
        try {
            return run(arguments);
        } catch (PgBackupException e) {
            complaints.println(e.code() + ": " + e.getMessage() + "\nhint: " + e.hint());
            return FAILED;
        } catch (RuntimeException | Error e) {
            complaints.println("unexpected failure: " + e);
            return FAILED;
        }
    }

    private static int run(String[] arguments) {
        String verb = arguments.length == 0 ? "" : arguments[0];
        if (verb.equals("push") && arguments.length == 3) {
            try (PgBackup pg = open(Path.of(arguments[1]))) {
                pg.wal().push(Path.of(arguments[2]).toAbsolutePath());
                return 0;
            }
        }
        if (verb.equals("fetch") && arguments.length == 4) {
            try (PgBackup pg = open(Path.of(arguments[1]))) {
                return pg.wal().fetch(arguments[2], Path.of(arguments[3]).toAbsolutePath()) ? 0 : MISSING;
            }
        }
        throw new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "neither 'push SETTINGS PATH' nor 'fetch SETTINGS NAME TARGET'",
                "use the commands that WalService writes");
    }

    private static PgBackup open(Path file) {
        Properties settings = read(file);
        Map<String, String> cluster = new TreeMap<>();
        Map<String, Map<String, String>> repositories = new TreeMap<>();
        String required = "all";
        for (String key : settings.stringPropertyNames()) {
            String value = settings.getProperty(key);
            if (key.startsWith(CLUSTER)) {
                cluster.put(key.substring(CLUSTER.length()), value);
            } else if (key.matches("repository\\.[0-9]{1,4}\\..+")) {
                String number = key.substring(REPOSITORY.length(), key.indexOf('.', REPOSITORY.length()));
                repositories
                        .computeIfAbsent(number, some -> new TreeMap<>())
                        .put(key.substring(REPOSITORY.length() + number.length() + 1), value);
            } else if (key.equals(REQUIRED)) {
                required = value;
            } else {
                throw unusable(file, "the key " + key + " is not known");
            }
        }
        if (repositories.isEmpty()) {
            throw unusable(file, "there is no repository");
        }
        PgBackup.Builder builder =
                PgBackup.of(Cluster.from(cluster)).parallelism(1).walPolicy(policy(file, required));
        repositories.values().forEach(repository -> builder.repository(Repository.from(repository)));
        return builder.build();
    }

    private static Properties read(Path file) {
        Properties settings = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            settings.load(in);
            return settings;
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(file, "it cannot be read: " + e);
        }
    }

    private static WalPolicy policy(Path file, String required) {
        if (required.equals("all")) {
            return WalPolicy.all();
        }
        try {
            return WalPolicy.atLeast(Integer.parseInt(required));
        } catch (IllegalArgumentException e) {
            throw unusable(file, REQUIRED + " is neither 'all' nor a number of repositories: " + required);
        }
    }

    private static ConfigurationException unusable(Path file, String what) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "the settings " + file + ": " + what,
                "keys are cluster.*, repository.1.*, repository.2.* and wal-required; the user of the server must be able to read the file");
    }
}
