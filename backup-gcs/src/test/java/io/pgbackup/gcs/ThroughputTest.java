package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How fast one thread creates and reads objects of the usual size on loopback; printed, and held to a modest least. */
@Tag("long")
class ThroughputTest extends ServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(ThroughputTest.class);
    private static final int ROUNDS = 40;

    @Test
    void bundlesAreCreatedAndRead() throws Exception {
        server.forgetBodies();
        Storage storage = storage();
        byte[] bundle = new byte[32 * 1024 * 1024];
        new Random(1).nextBytes(bundle);
        ObjectKey key = ObjectKey.of("bundle");
        long creating = 0;
        long reading = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            storage.create(key, Payload.of(bundle), BUNDLE);
            long created = System.nanoTime();
            try (InputStream stream = storage.read(key, ByteRange.all())) {
                assertThat(stream.transferTo(OutputStream.nullOutputStream())).isEqualTo(bundle.length);
            }
            long read = System.nanoTime();
            assertThat(storage.delete(List.of(key)).failures()).isEmpty();
            if (round >= ROUNDS / 2) {
                creating += created - begin;
                reading += read - created;
            }
        }
        LOG.info(String.format(
                Locale.ROOT, "create %.0f MB/s, read %.0f MB/s", rate(bundle, creating), rate(bundle, reading)));
        assertThat(rate(bundle, creating)).isGreaterThan(20);
        assertThat(rate(bundle, reading)).isGreaterThan(20);
    }

    private static double rate(byte[] bundle, long nanoseconds) {
        return (double) bundle.length * (ROUNDS - ROUNDS / 2) / nanoseconds * 1_000;
    }
}
