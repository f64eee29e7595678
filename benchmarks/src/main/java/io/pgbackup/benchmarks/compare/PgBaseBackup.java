package io.pgbackup.benchmarks.compare;

import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** PostgreSQL's own base backup: one stream, not encrypted, WAL streamed beside it; lz4 in the client from version 15 on. */
final class PgBaseBackup implements Tool {
    private static final int LZ4_SINCE = 15;

    private final Commands commands;
    private final ServerPrograms programs;
    private final ComparedServer server;
    private final String version;
    private final boolean lz4;

    PgBaseBackup(Commands commands, ServerPrograms programs, ComparedServer server) {
        this.commands = commands;
        this.programs = programs;
        this.server = server;
        this.version = commands.firstLine(List.of(programs.program("pg_basebackup"), "--version"));
        this.lz4 = Integer.parseInt(version.replaceAll("\\D*(\\d+).*", "$1")) >= LZ4_SINCE;
    }

    @Override
    public String name() {
        return "pg_basebackup";
    }

    @Override
    public String description() {
        return version + "; " + (lz4 ? "tar, lz4 level 1 in the client" : "plain files")
                + ", not encrypted, one process, WAL in the set";
    }

    @Override
    public boolean does(Case what) {
        return what == Case.FULL;
    }

    @Override
    public void prepare(Path repository) {}

    @Override
    public void full(Path repository) {
        List<String> command = new ArrayList<>(List.of(
                programs.program("pg_basebackup"),
                "--pgdata=" + repository.resolve("backup"),
                "--host=" + server.socket(),
                "--port=" + server.port(),
                "--username=postgres",
                "--checkpoint=fast",
                "--no-password"));
        command.addAll(lz4 ? List.of("--format=tar", "--compress=client-lz4:1") : List.of("--format=plain"));
        commands.runAsServerUser(command, Map.of());
    }

    @Override
    public void incremental(Path repository) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void restore(Path repository, Path target) {
        throw new UnsupportedOperationException();
    }
}
