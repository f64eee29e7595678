package io.pgbackup.core.engine;

import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.core.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A server under load and the process that archives its log: both can be killed and live again. For one thread. */
final class Victims implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Who dies. */
    enum Death {
        ARCHIVING_PROCESS,
        SERVER,
        BOTH,
        /** The server's own process that runs the command, and what it runs. */
        SERVERS_ARCHIVER
    }

    private final PostgresServer server;
    private final Repository repository;
    private final Path log;
    private final Path script;
    private Optional<Process> archiving = Optional.empty();
    private Optional<CountingLoad> load = Optional.empty();

    Victims(Site site, Repository repository, Path log) {
        this.server = site.server();
        this.repository = repository;
        this.log = log;
        this.script = server.socketDirectory().resolve("archive");
        server.execute("ALTER SYSTEM SET archive_command = '" + script + " %f'", "SELECT pg_reload_conf()");
    }

    /** Until so many transactions have been committed, all of them alive. */
    void live(int transactions) throws IOException {
        if (archiving.isEmpty()) {
            archiving = Optional.of(startArchiving());
        }
        write(transactions);
    }

    private Process startArchiving() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedArchiver.class.getName(),
                        server.dataDirectory().toString(),
                        Site.place(repository).toString(),
                        server.socketDirectory().resolve("commands").toString(),
                        script.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void write(int transactions) {
        CountingLoad running = load.orElseGet(() -> CountingLoad.on(server));
        load = Optional.of(running);
        running.awaitMore(transactions);
    }

    void die(Death death) throws InterruptedException {
        switch (death) {
            case ARCHIVING_PROCESS -> killArchiving();
            case SERVER -> killServer();
            case BOTH -> {
                server.kill();
                killArchiving();
                killServer();
            }
            default -> killServersArchiver();
        }
    }

    private void killArchiving() throws InterruptedException {
        if (archiving.isPresent()) {
            archiving.get().destroyForcibly().waitFor();
            archiving = Optional.empty();
        }
    }

    private void killServer() {
        server.kill();
        load.ifPresent(CountingLoad::abandon);
        load = Optional.empty();
        server.start();
    }

    /** The server may end every connection, and recover. */
    private void killServersArchiver() {
        ProcessHandle.allProcesses()
                .filter(this::isArchiver)
                .flatMap(archiver -> Stream.concat(archiver.descendants(), Stream.of(archiver)))
                .toList()
                .forEach(ProcessHandle::destroyForcibly);
        load.ifPresent(CountingLoad::abandon);
        load = Optional.empty();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> "1".equals(server.query("SELECT 1")));
    }

    private boolean isArchiver(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("archiver")
                && process.parent()
                        .flatMap(parent -> parent.info().commandLine())
                        .orElse("")
                        .contains(server.dataDirectory().toString());
    }

    /** More of the log than one segment, while nobody archives. */
    void leaveUnarchived() {
        for (int segment = 0; segment < 3; segment++) {
            write(50);
            server.execute("SELECT pg_switch_wal()");
        }
        killServer();
    }

    /** Everything that was committed, with nobody writing any more. */
    void archiveAll() throws IOException {
        live(10);
        load.ifPresent(CountingLoad::close);
        load = Optional.empty();
        String segment = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn())"));
        server.execute("SELECT txid_current()", "SELECT pg_switch_wal()", "SELECT txid_current()");
        try (PgBackup pg = PgBackup.of(Cluster.named("main").withoutServer())
                .repository(repository)
                .build()) {
            // What is pushed ahead may come before what is asked for.
            await().atMost(PATIENCE)
                    .until(() -> pg.wal().fetch(segment, log.resolveSibling("probe"))
                            && pg.wal().gaps(repository).isEmpty());
        }
    }

    @Override
    public void close() throws InterruptedException {
        load.ifPresent(CountingLoad::abandon);
        killArchiving();
    }
}
