package io.pgbackup.core.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.manifest.FileProof;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ServerManifestTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void itIsWhatTheServerWouldWrite() {
        ServerManifest manifest = new ServerManifest();
        // The check value of CRC-32C, lowest byte first.
        manifest.add("a \"quoted\\ name", "123456789".getBytes(StandardCharsets.US_ASCII), TIME);
        manifest.add("empty", new byte[0], TIME);
        String text = new String(
                manifest.toBytes(new WalRange(3, new Lsn(0x1_0000_0028L), new Lsn(0x1_0000_0138L), "a", "b")),
                StandardCharsets.UTF_8);
        String last = "\"Manifest-Checksum\": \"";
        String before = text.substring(0, text.indexOf(last));
        assertThat(before).isEqualTo("""
                { "PostgreSQL-Backup-Manifest-Version": 1,
                "Files": [
                { "Path": "a \\"quoted\\\\ name", "Size": 9, "Last-Modified": "2026-01-02 03:04:05 GMT", \
                "Checksum-Algorithm": "CRC32C", "Checksum": "839206e3" },
                { "Path": "empty", "Size": 0, "Last-Modified": "2026-01-02 03:04:05 GMT", \
                "Checksum-Algorithm": "CRC32C", "Checksum": "00000000" }
                ],
                "WAL-Ranges": [
                { "Timeline": 3, "Start-LSN": "1/28", "End-LSN": "1/138" }
                ],
                """);
        byte[] digest = FileProof.sha256().digest(before.getBytes(StandardCharsets.UTF_8));
        assertThat(text).endsWith(last + HexFormat.of().formatHex(digest) + "\"}\n");
    }
}
