package io.pgbackup.examples.storagecheck;

import io.pgbackup.Repository;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs every claim of the storage contract against a store: {@code StorageCheck store.properties}, with the keys of {@link Repository#from(Properties)}. Give it a
 * location that is not used yet. The identity must be allowed to list, create, read and delete, and the bucket must not lock objects by default.
 */
public final class StorageCheck {
    private StorageCheck() {}

    /**
     * The program; ends with 1 if a claim does not hold, and with 2 if it was not told of a store.
     *
     * @param arguments the file of properties
     * @throws IOException if the file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: StorageCheck store.properties");
            System.exit(2);
        }
        System.exit(
                run(read(Path.of(arguments[0])), Boolean.getBoolean("locks"), System.out)
                                .isEmpty()
                        ? 0
                        : 1);
    }

    private static Repository read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        // Nothing is written that is worth encrypting.
        boolean chosen = properties.stringPropertyNames().stream().anyMatch(key -> key.startsWith("encryption-"));
        if (!chosen) {
            properties.setProperty("unencrypted", "true");
        }
        return Repository.from(properties);
    }

    /**
     * Runs the contract.
     *
     * @param store where
     * @param locks whether the store is set up to lock objects
     * @param out takes a line for each claim that does not hold, and a summary
     * @return the claims that do not hold
     */
    static List<String> run(Repository store, boolean locks, PrintStream out) {
        OwnStoreContract.use(store, locks);
        Report report = new Report(out);
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(OwnStoreContract.class))
                                .build(),
                        report);
        out.printf(
                Locale.ROOT,
                "%s: %d claims hold, %d do not, %d were left out%n",
                store.location(),
                report.held,
                report.failed.size(),
                report.skipped);
        return report.failed;
    }

    /** Hears how each claim ended; in one thread. */
    private static final class Report implements TestExecutionListener {
        private final PrintStream out;
        private final List<String> failed = Collections.synchronizedList(new ArrayList<>());
        private int held;
        private int skipped;

        Report(PrintStream out) {
            this.out = out;
        }

        @Override
        public void executionSkipped(TestIdentifier claim, String reason) {
            skipped++;
        }

        @Override
        public void executionFinished(TestIdentifier claim, TestExecutionResult result) {
            switch (result.getStatus()) {
                case ABORTED -> skipped++;
                case FAILED -> {
                    failed.add(claim.getDisplayName());
                    out.println("does not hold: " + claim.getDisplayName() + ": "
                            + result.getThrowable().map(String::valueOf).orElse(""));
                }
                case SUCCESSFUL -> held += claim.isTest() ? 1 : 0;
            }
        }
    }
}
