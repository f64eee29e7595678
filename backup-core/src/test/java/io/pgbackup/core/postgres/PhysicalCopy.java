package io.pgbackup.core.postgres;

import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.files.TablespaceLocation;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.recovery.TablespaceMap;
import io.pgbackup.core.postgres.session.BackupSession;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The shortest backup and restore there is: straight from one directory into another. Proves that the parts of this room fit together. */
final class PhysicalCopy {
    private final ClusterFiles source;
    private final Path target;
    private final Path tablespaces;

    PhysicalCopy(ClusterFiles source, Path target, Path tablespaces) {
        this.source = source;
        this.target = target;
        this.tablespaces = tablespaces;
    }

    void run(BackupSession session, Runnable meanwhile, RecoverySettings recovery) throws IOException {
        session.reserveWal();
        session.start("copy", CheckpointMode.FAST);
        Map<Long, TablespaceLocation> moved = new HashMap<>();
        makeDirectory(target);
        try (ClusterScan scan = source.scan(ScanOptions.everything())) {
            scan.forEachRemaining(entry -> copy(entry, moved));
        }
        meanwhile.run();
        byte[] control = source.readControlFile().bytes();
        StoppedBackup stopped = session.stop();
        for (WalFileName segment :
                stopped.segments(session.server().facts().layout().walSegmentSize())) {
            copy(source.openWal(segment), target.resolve("pg_wal").resolve(segment.toString()));
        }
        int major = session.server().version().major();
        TablespaceMap map = TablespaceMap.parse(stopped.tablespaceMap(), major);
        write("backup_label", stopped.backupLabel());
        if (!map.locations().isEmpty()) {
            write("tablespace_map", map.relocated(moved).bytes(major));
        }
        Path auto = target.resolve("postgresql.auto.conf");
        Files.write(auto, recovery.appliedTo(Files.readAllBytes(auto)));
        write(recovery.signalFile(), new byte[0]);
        write("global/pg_control", control);
    }

    private void copy(ClusterEntry entry, Map<Long, TablespaceLocation> moved) {
        try {
            switch (entry.kind()) {
                case DIRECTORY -> makeDirectory(local(entry, moved));
                case FILE -> copy(source.open(entry), local(entry, moved));
                case TABLESPACE_LINK -> {
                    // A path with everything that needs an escape in tablespace_map.
                    Path place =
                            tablespaces.resolve("sp ace\\b\n" + entry.path().name());
                    makeDirectory(place);
                    moved.put(Long.parseLong(entry.path().name()), TablespaceLocation.of(place.toString()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path local(ClusterEntry entry, Map<Long, TablespaceLocation> moved) {
        String path = new String(entry.path().bytes(), StandardCharsets.UTF_8);
        for (Map.Entry<Long, TablespaceLocation> tablespace : moved.entrySet()) {
            String link = "pg_tblspc/" + tablespace.getKey() + "/";
            if (path.startsWith(link)) {
                String place = new String(tablespace.getValue().bytes(), StandardCharsets.UTF_8);
                return Path.of(place).resolve(path.substring(link.length()));
            }
        }
        return target.resolve(path);
    }

    private static void makeDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private static void copy(Optional<SourceFile> opened, Path to) throws IOException {
        if (opened.isEmpty()) {
            return;
        }
        try (SourceFile file = opened.get();
                var out = Files.newByteChannel(
                        to, java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            for (long position = 0; file.read(position, buffer) > 0; buffer.clear()) {
                position += buffer.position();
                out.write(buffer.flip());
            }
        }
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(target.resolve(name), bytes);
    }
}
