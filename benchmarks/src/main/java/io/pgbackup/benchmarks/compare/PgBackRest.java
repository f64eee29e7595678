package io.pgbackup.benchmarks.compare;

import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** pgBackRest, as the user that owns the server. Bundles always; block incremental where the version has it (2.46 and newer). */
final class PgBackRest implements Tool {
    private static final Map<String, String> CIPHER = Map.of(
            "PGBACKREST_REPO1_CIPHER_TYPE", "aes-256-cbc", "PGBACKREST_REPO1_CIPHER_PASS", "compared by everybody");
    private static final Pattern VERSION = Pattern.compile("pgBackRest (\\d+)\\.(\\d+).*");
    private static final int BLOCK_SINCE = 46;

    private final Commands commands;
    private final Path configuration;
    private final int workers;
    private final String version;

    private PgBackRest(Commands commands, Path configuration, int workers, String version) {
        this.commands = commands;
        this.configuration = configuration;
        this.workers = workers;
        this.version = version;
    }

    static PgBackRest on(ComparedServer server, Workspace workspace, int workers) throws IOException {
        Path place = workspace.ownDirectory(workspace.root().resolve("pgbackrest"));
        Path configuration = workspace.root().resolve("pgbackrest.conf");
        Files.writeString(configuration, """
                [global]
                start-fast=y
                archive-check=n
                repo1-bundle=y
                repo1-retention-full=9
                compress-type=lz4
                compress-level=1
                log-level-file=off
                log-level-console=warn
                log-path=%1$s
                lock-path=%1$s
                spool-path=%1$s

                [compared]
                pg1-path=%2$s
                pg1-socket-path=%3$s
                pg1-port=%4$s
                pg1-user=postgres
                """.formatted(place, server.data(), server.socket(), server.port()));
        String version = workspace.commands().firstLine(List.of("pgbackrest", "version"));
        return new PgBackRest(workspace.commands(), configuration, workers, version);
    }

    private boolean hasBlocks() {
        Matcher matcher = VERSION.matcher(version);
        return matcher.matches()
                && (Integer.parseInt(matcher.group(1)) > 2 || Integer.parseInt(matcher.group(2)) >= BLOCK_SINCE);
    }

    @Override
    public String name() {
        return "pgbackrest";
    }

    @Override
    public String description() {
        return version + "; lz4 level 1, aes-256-cbc, bundles" + (hasBlocks() ? ", blocks" : ", no block incremental")
                + ", no archive check and no WAL in the set";
    }

    @Override
    public boolean does(Case what) {
        return true;
    }

    @Override
    public void prepare(Path repository) {
        call(repository, "--no-online", "stanza-create");
    }

    @Override
    public void full(Path repository) {
        backup(repository, "full");
    }

    @Override
    public void incremental(Path repository) {
        backup(repository, "incr");
    }

    private void backup(Path repository, String type) {
        List<String> options = new ArrayList<>(List.of("--type=" + type, "--process-max=" + workers));
        if (hasBlocks()) {
            options.add("--repo1-block");
        }
        options.add("backup");
        call(repository, options.toArray(String[]::new));
    }

    @Override
    public void restore(Path repository, Path target) {
        call(repository, "--pg1-path=" + target, "--process-max=" + workers, "--type=none", "restore");
    }

    private void call(Path repository, String... options) {
        List<String> command = new ArrayList<>(
                List.of("pgbackrest", "--config=" + configuration, "--stanza=compared", "--repo1-path=" + repository));
        command.addAll(List.of(options));
        commands.runAsServerUser(command, CIPHER);
    }
}
