package io.pgbackup.core.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a server shall be like. Defaults suit tests: small, no fsync, checksums on. For one thread. */
public final class PostgresServerBuilder {
    private final PostgresVersion version;
    private final ServerUser user = ServerUser.choose();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> initdbOptions = new ArrayList<>();
    private boolean checksums = true;
    private boolean waitForEndOfRecovery = true;

    PostgresServerBuilder(PostgresVersion version) {
        this.version = version;
        settings.put("fsync", "off");
        settings.put("shared_buffers", "16MB");
        settings.put("max_connections", "30");
        settings.put("log_line_prefix", "%m [%p] ");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
    }

    /**
     * A line of {@code postgresql.conf}.
     *
     * @param name of the setting
     * @param value without quotes
     * @return this
     */
    public PostgresServerBuilder setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /**
     * Whether pages carry checksums.
     *
     * @param on true by default
     * @return this
     */
    public PostgresServerBuilder checksums(boolean on) {
        this.checksums = on;
        return this;
    }

    /**
     * The size of WAL segments.
     *
     * @param mebibytes a power of two from 1 to 1024; 16 by default
     * @return this
     */
    public PostgresServerBuilder walSegmentSize(int mebibytes) {
        return initdbOption("--wal-segsize=" + mebibytes);
    }

    /**
     * Another option of initdb.
     *
     * @param option for example {@code --allow-group-access}
     * @return this
     */
    public PostgresServerBuilder initdbOption(String option) {
        initdbOptions.add(option);
        return this;
    }

    /**
     * Does not wait for the end of recovery, only for an answer: for standbys and paused restores.
     *
     * @return this
     */
    public PostgresServerBuilder stayingInRecovery() {
        this.waitForEndOfRecovery = false;
        return this;
    }

    /**
     * Makes a new cluster and starts it.
     *
     * @return the running server
     */
    public PostgresServer start() {
        Path base = makeBase();
        Path data = base.resolve("data");
        PostgresServer server = new PostgresServer(this, base, data);
        return started(server, () -> initialise(base, data));
    }

    /**
     * Starts a server on an existing data directory.
     *
     * @param dataDirectory where
     * @return the running server
     */
    public PostgresServer startOn(Path dataDirectory) {
        PostgresServer server = new PostgresServer(this, makeBase(), dataDirectory.toAbsolutePath());
        return started(server, () -> user.own(dataDirectory.toAbsolutePath()));
    }

    private interface Preparation {
        void run() throws IOException;
    }

    private static PostgresServer started(PostgresServer server, Preparation preparation) {
        try {
            preparation.run();
            server.start();
            return server;
        } catch (IOException e) {
            server.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void initialise(Path base, Path data) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                PostgresBinaries.of(version).program("initdb").toString(),
                "--pgdata=" + data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync"));
        if (checksums) {
            command.add("--data-checksums");
        } else if (version.major() >= 18) {
            command.add("--no-data-checksums");
        }
        command.addAll(initdbOptions);
        PostgresServer.run(user, base, command);
        List<String> lines = new ArrayList<>();
        settings.forEach((name, value) -> lines.add(name + " = '" + value.replace("'", "''") + "'"));
        Files.write(data.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
    }

    private Path makeBase() {
        try {
            // The path of a Unix socket has hardly more than a hundred bytes.
            String temporary = System.getProperty("java.io.tmpdir");
            Path parent = Path.of(temporary.length() < 60 ? temporary : "/tmp");
            Path base = Files.createTempDirectory(parent, "pgserver");
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
            user.own(base);
            return base;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PostgresVersion version() {
        return version;
    }

    ServerUser user() {
        return user;
    }

    boolean waitForEndOfRecovery() {
        return waitForEndOfRecovery;
    }
}
