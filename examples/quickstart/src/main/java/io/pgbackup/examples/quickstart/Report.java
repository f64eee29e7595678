package io.pgbackup.examples.quickstart;

import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.restore.RestoreResult;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prints what the quickstart does. */
final class Report {
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void step(String text) {
        out.println();
        out.println(text);
        out.flush();
    }

    void facts(PostgresServer server) {
        print("  %-34s%s", "version", Objects.requireNonNull(server.query("SHOW server_version")));
        print(
                "  %-34s%s",
                "bytes", grouped(server.query("SELECT sum(pg_database_size(oid))::bigint FROM pg_database")));
    }

    void check(CheckReport result) {
        for (CheckReport.Item item : result.items()) {
            print("  %-34s%s", item.subject(), item.message());
        }
    }

    void backup(BackupResult result) {
        BackupSizes sizes = result.backup().sizes();
        long stored = sizes.stored() + sizes.walStored() + sizes.manifestStored();
        print("  %-34s%s", "label", result.label());
        print("  %-34s%,d", "bytes read", sizes.read());
        print(
                "  %-34s%,d (files %,d, WAL %,d, manifest %,d)",
                "bytes stored", stored, sizes.stored(), sizes.walStored(), sizes.manifestStored());
        print("  %-34s%,d of %,d", "pages changed", sizes.changedPages(), sizes.pages());
        print("  %-34s%s", "seconds", seconds(result.duration()));
        result.warnings().forEach(warning -> print("  %-34s%s: %s", "warning", warning.subject(), warning.message()));
    }

    void verify(VerifyReport result) {
        print("  %-34s%,d", "bytes read", result.bytesRead());
        print("  %-34s%d", "findings", result.findings().size());
        print("  %-34s%s", "seconds", seconds(result.duration()));
    }

    void restore(RestoreResult result) {
        print("  %-34s%,d in %,d files", "bytes written", result.bytesWritten(), result.files());
        print("  %-34s%s", "backups read", result.plan().chain());
        print("  %-34s%s", "seconds", seconds(result.duration()));
    }

    void comparison(TableComparison comparison) {
        print("  %-34s%10s  %-14s%-14s%s", "table", "rows", "source", "restored", "equal");
        for (TableComparison.Line line : comparison.lines()) {
            print(
                    "  %-34s%,10d  %-14s%-14s%s",
                    line.table(),
                    line.source().map(TableContents::rows).orElse(0L),
                    digest(line.source()),
                    digest(line.restored()),
                    line.equal() ? "yes" : "NO");
        }
        step(
                comparison.equal()
                        ? "Every table of the restored server equals its source."
                        : "The restored server DIFFERS from its source.");
    }

    private static String digest(Optional<TableContents> contents) {
        return contents.map(found ->
                        found.digest().isEmpty() ? "(no rows)" : found.digest().substring(0, 12))
                .orElse("missing");
    }

    private static String grouped(@Nullable String number) {
        return String.format(Locale.ROOT, "%,d", Long.parseLong(Objects.requireNonNull(number)));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toMillis() / 1000.0);
    }

    private void print(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
