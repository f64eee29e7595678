package io.pgbackup.core.engine.restore;

import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.Crc32c;
import io.pgbackup.core.postgres.files.ClusterPath;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * PostgreSQL's {@code backup_manifest}, version 1 (written by {@code backup_manifest.c}, read by {@code pg_verifybackup}): path, size and checksum of every
 * file, the WAL that is needed, and a digest of itself. Checksums are those of the backup, and a file that it did not read whole has none; what the restore wrote itself is added with its own. For one
 * thread.
 */
final class ServerManifest implements RestoredFiles {
    static final String NAME = "backup_manifest";

    private static final HexFormat HEX = HexFormat.of();
    private static final ClusterPath WAL = ClusterPath.of("pg_wal");
    private static final Set<String> WRITTEN_ANEW =
            Set.of(RecoveryFiles.SETTINGS, RecoveryFiles.MAP, TargetDirectory.CONTROL_FILE);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private boolean first = true;

    ServerManifest() {
        append("{ \"PostgreSQL-Backup-Manifest-Version\": 1,\n\"Files\": [");
    }

    /** WAL is not listed, the ranges speak of it; what the restore writes itself comes later. */
    @Override
    public void restored(ManifestEntry.File file) {
        if (!file.path().isWithin(WAL) && !WRITTEN_ANEW.contains(file.path().toString())) {
            add(file, file.proof().crc32c());
        }
    }

    @Override
    public void blank(ManifestEntry.File file) {
        add(file, OptionalInt.of(Crc32c.ofZeros(file.attributes().size())));
    }

    private void add(ManifestEntry.File file, OptionalInt crc) {
        line(file.path(), file.attributes().size(), file.attributes().modified(), crc);
    }

    /** A file that the restore wrote. */
    void add(String path, byte[] content, Instant now) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        line(ClusterPath.of(path), content.length, now, OptionalInt.of((int) crc.getValue()));
    }

    private void line(ClusterPath path, long size, Instant modified, OptionalInt crc) {
        append(first ? "\n" : ",\n");
        first = false;
        append("{ " + name(path) + ", \"Size\": " + size + ", \"Last-Modified\": \"" + TIME.format(modified) + "\""
                + (crc.isPresent() ? checksum(crc.getAsInt()) : "") + " }");
    }

    private static String checksum(int crc) {
        return ", \"Checksum-Algorithm\": \"CRC32C\", \"Checksum\": \"" + hex(crc) + "\"";
    }

    /** The server writes its bytes as they lie in memory: lowest first. */
    private static String hex(int crc) {
        return HEX.formatHex(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(crc)
                .array());
    }

    private static String name(ClusterPath path) {
        byte[] bytes = path.bytes();
        try {
            String name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return "\"Path\": \"" + escaped(name) + "\"";
        } catch (CharacterCodingException e) {
            return "\"Encoded-Path\": \"" + HEX.formatHex(bytes) + "\"";
        }
    }

    private static String escaped(String name) {
        StringBuilder escaped = new StringBuilder();
        name.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append((char) c);
            } else if (c < ' ') {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }

    private void append(String part) {
        text.writeBytes(part.getBytes(StandardCharsets.UTF_8));
    }

    /** The whole file. */
    byte[] toBytes(WalRange wal) {
        append("\n],\n\"WAL-Ranges\": [\n{ \"Timeline\": " + wal.timeline() + ", \"Start-LSN\": \"" + wal.start()
                + "\", \"End-LSN\": \"" + wal.stop() + "\" }\n],\n");
        String digest = HEX.formatHex(FileProof.sha256().digest(text.toByteArray()));
        append("\"Manifest-Checksum\": \"" + digest + "\"}\n");
        return text.toByteArray();
    }
}
