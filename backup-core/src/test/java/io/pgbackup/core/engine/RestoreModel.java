package io.pgbackup.core.engine;

import io.pgbackup.PgBackupRuntime;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.WaitingWal;
import io.pgbackup.core.engine.backup.SetHarness;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.RestoreOperation;
import io.pgbackup.core.engine.restore.plan.RestoreSource;
import io.pgbackup.core.engine.restore.route.LogPlaces;
import io.pgbackup.core.engine.restore.route.WalRouting;
import io.pgbackup.core.engine.restore.target.ChangeGate;
import io.pgbackup.core.engine.restore.target.Surroundings;
import io.pgbackup.core.postgres.ControlFileBytes;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.event.OperationKind;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A directory that looks like a cluster with a tablespace, sets of it as it changes, and restores of them. No server. */
final class RestoreModel implements AutoCloseable {
    static final int PAGE = 8192;
    static final String TABLESPACE = "PG_17_202406281";

    /** As in the control files that tests make up. */
    private static final long SYSTEM = 0x6543_2109_8765_4321L;

    private final Path work;
    private final Path source;
    private final Path tablespace;
    private final Random random;
    private final SetHarness harness = new SetHarness();
    private final PgBackupRuntime runtime = PgBackupRuntime.builder().workers(2).build();
    private final List<BackupRecord> sets = new ArrayList<>();
    private List<Path> repositories = List.of();

    RestoreModel(Path work, Random random) {
        this.work = work;
        this.source = work.resolve("source");
        this.tablespace = work.resolve("fast");
        this.random = random;
        harness.server = new ServerIdentity(SYSTEM, 17, PAGE, 16 << 20);
        make();
    }

    private void make() {
        try {
            for (String directory :
                    List.of("base/1", "base/5", "global", "pg_wal", "pg_xact", "pg_tblspc", "pg_stat_tmp")) {
                Files.createDirectories(source.resolve(directory));
            }
            Files.createDirectories(tablespace.resolve(TABLESPACE).resolve("5"));
            Files.createSymbolicLink(source.resolve("pg_tblspc/16500"), tablespace);
            write("PG_VERSION", "17\n");
            write("base/1/PG_VERSION", "17\n");
            write("base/5/PG_VERSION", "17\n");
            write("postgresql.conf", "max_connections = 100\n");
            write("postgresql.auto.conf", "work_mem = '5MB'\n");
            Files.write(source.resolve("global/pg_control"), ControlFileBytes.of(1700));
            change(20);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String path, String text) throws IOException {
        Files.writeString(source.resolve(path), text);
    }

    /** Pages come, change and go, files too. */
    void change(int times) {
        try {
            for (int count = 0; count < times; count++) {
                Path file = relation();
                switch (random.nextInt(6)) {
                    case 0 -> Files.deleteIfExists(file);
                    case 1 ->
                        Files.write(source.resolve("pg_xact/000" + random.nextInt(3)), bytes(random.nextInt(200_000)));
                    case 2 -> Files.write(file, new byte[random.nextInt(12) * PAGE]);
                    case 3 -> Files.write(file, pages(random.nextInt(30)));
                    default -> flip(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path relation() {
        int node = 16384 + random.nextInt(4);
        return switch (random.nextInt(4)) {
            case 0 -> tablespace.resolve(TABLESPACE).resolve("5/" + node);
            case 1 -> source.resolve("global/" + (1260 + random.nextInt(2)));
            case 2 -> source.resolve("base/1/" + node);
            default -> source.resolve("base/5/" + node + List.of("", "_vm").get(random.nextInt(2)));
        };
    }

    private void flip(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            Files.write(file, pages(3));
            return;
        }
        byte[] content = Files.readAllBytes(file);
        int page = random.nextInt(content.length / PAGE);
        System.arraycopy(pages(1), 0, content, page * PAGE, PAGE);
        Files.write(file, content);
    }

    /** Pages with headers that make sense; they carry no checksum, so the model's cluster has none. */
    byte[] pages(int count) {
        byte[] pages = bytes(count * PAGE);
        for (int page = 0; page < count; page++) {
            ByteBuffer header = ByteBuffer.wrap(pages, page * PAGE, 24).slice().order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(0, 0)
                    .putShort(10, (short) 0)
                    .putShort(12, (short) 100)
                    .putShort(14, (short) 4000);
            header.putShort(16, (short) PAGE).putShort(18, (short) 0x2004);
        }
        return pages;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Takes a set of what is there now; returns its number. */
    int take() {
        SortedMap<String, byte[]> late = new TreeMap<>();
        late.put("backup_label", ("label " + sets.size()).getBytes(StandardCharsets.US_ASCII));
        late.put("global/pg_control", ControlFileBytes.of(1700, fields -> fields.putLong(24, sets.size())));
        late.put("pg_wal/000000010000000000000001", bytes(50_000));
        late.put("tablespace_map", ("16500 " + tablespace + "\n").getBytes(StandardCharsets.UTF_8));
        try (LocalClusterFiles files = new LocalClusterFiles(source, pause -> {})) {
            sets.add(harness.take(BackupRequest.auto(), files, 1000L * (sets.size() + 1), late));
        }
        return sets.size() - 1;
    }

    /** Whatever a restore must not touch. */
    void repositoriesAt(Path... directories) {
        repositories = List.of(directories);
    }

    RestoreOperation restore(int set, RestoreRequest request) {
        Operation operation = LoneOperation.of(OperationKind.RESTORE, InstantSource.system());
        return new RestoreOperation(
                operation,
                source(harness.contents(sets.get(set)), request),
                runtime,
                request,
                new Surroundings(repositories, Optional.empty()));
    }

    private static RestoreSource source(SetContents contents, RestoreRequest request) {
        return new RestoreSource(
                contents,
                new WalRouting(
                                new LogPlaces(contents.repository(), contents.layout(), WaitingWal.none()),
                                request,
                                () -> {})
                        .from(contents.record()));
    }

    /** Restores to a place of that name, tablespace beside it. */
    RestoreRequest into(String name) {
        return Site.restoreInto(work.resolve(name)).tablespace("16500", work.resolve(name + "-fast"));
    }

    RestoreOperation restore(int set, RestoreRequest request, ChangeGate gate) {
        return restore(set, request).through(gate);
    }

    Path place(String name) {
        return work.resolve(name);
    }

    /** Everything that was restored to a place: kind, mode and content; where the tablespace lies does not matter. */
    SortedMap<String, String> tree(String name) {
        SortedMap<String, String> tree = new TreeMap<>();
        add(place(name), "", tree);
        add(place(name + "-fast"), "tablespace/", tree);
        tree.remove("pgbackup.restore");
        tree.computeIfPresent("tablespace_map", (path, content) -> "a map");
        return tree;
    }

    /** As {@link #tree}, without the modes of data directory and tablespace, which a restore narrows first. */
    SortedMap<String, String> inside(String name) {
        SortedMap<String, String> inside = tree(name);
        inside.remove("");
        inside.remove("tablespace/");
        return inside;
    }

    private static void add(Path root, String prefix, SortedMap<String, String> tree) {
        Tree.of(root).forEach((path, content) -> {
            Path file = root.resolve(path);
            try {
                tree.put(
                        prefix + path,
                        Files.isSymbolicLink(file)
                                ? "link"
                                : PosixFilePermissions.toString(Files.getPosixFilePermissions(file)) + " " + content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() {
        harness.close();
        runtime.close();
    }
}
