package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How fast large objects come and go on loopback; prints figures. */
@Tag("long")
class ThroughputServerTest {
    private static final int OBJECTS = 32;
    private static final int MEBIBYTES = 16;

    @Test
    void createsAndReads() throws Exception {
        byte[] bytes = new byte[MEBIBYTES << 20];
        new Random(1).nextBytes(bytes);
        try (Azurite azurite = Azurite.start()) {
            azurite.createContainer(Emulator.CONTAINER);
            AzureBlob settings = AzureBlob.accountKey(Emulator.secret(azurite.key()));
            try (Storage storage = Emulator.open(azurite.location(Emulator.CONTAINER, ""), settings)) {
                storage.create(ObjectKey.of("warm"), Payload.of(bytes), ObjectAttributes.of(ObjectKind.BUNDLE));
                long begin = System.nanoTime();
                for (int number = 0; number < OBJECTS; number++) {
                    storage.create(
                            ObjectKey.of("object-" + number),
                            Payload.of(bytes),
                            ObjectAttributes.of(ObjectKind.BUNDLE));
                }
                print("create", begin);
                begin = System.nanoTime();
                long read = 0;
                for (int number = 0; number < OBJECTS; number++) {
                    try (InputStream stream = storage.read(ObjectKey.of("object-" + number), ByteRange.all())) {
                        read += stream.transferTo(OutputStream.nullOutputStream());
                    }
                }
                print("read", begin);
                assertThat(read).isEqualTo((long) OBJECTS * bytes.length);
            }
        }
    }

    private static void print(String verb, long begin) {
        double seconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
        System.out.printf(Locale.ROOT, "%s: %.0f MiB/s%n", verb, OBJECTS * MEBIBYTES / seconds);
    }
}
