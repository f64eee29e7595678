package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The hot path allocates no buffers: what is left per frame of 64 KiB are the parameters of the JDK's cipher. */
class AllocationTest {
    private static final int FRAME = ObjectSealer.MAXIMUM_FRAME;
    private static final int FRAMES = 200;
    private static final long BOUND_PER_FRAME = 10 * 1024;

    @Test
    void sealingAndOpeningAllocateAlmostNothing() {
        for (RepositoryCipher cipher : Fixture.both()) {
            for (String codec : new String[] {"none", "lz4", "zstd:1"}) {
                ObjectSealer sealer = new ObjectSealer(cipher, CodecSpec.parse(codec), 1 << 20, Fixture.RANDOM);
                byte[] content = Fixture.text(FRAME);
                seal(sealer, content, 20);
                assertThat(allocatedBy(() -> seal(sealer, content, FRAMES)) / FRAMES)
                        .as("sealing with %s", codec)
                        .isLessThan(BOUND_PER_FRAME);
                ObjectHeader header = sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
                FrameLocation frame = sealer.add(content, 0, FRAME);
                sealer.addLast(content, 0, 0);
                byte[] object = Arrays.copyOf(Fixture.bytes(sealer.payload()), (int) sealer.size());
                try (ObjectOpener opener = new ObjectOpener(cipher)) {
                    opener.begin(Fixture.KEY, HeaderKind.BUNDLE, header);
                    open(opener, frame, object, 20);
                    assertThat(allocatedBy(() -> open(opener, frame, object, FRAMES)) / FRAMES)
                            .as("opening with %s", codec)
                            .isLessThan(BOUND_PER_FRAME);
                }
            }
        }
    }

    private static void seal(ObjectSealer sealer, byte[] content, int frames) {
        sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
        for (int count = 0; count < frames; count++) {
            if (sealer.remaining() < FRAME) {
                sealer.begin(Fixture.KEY, HeaderKind.BUNDLE);
            }
            sealer.add(content, 0, FRAME);
        }
    }

    private static void open(ObjectOpener opener, FrameLocation frame, byte[] object, int frames) {
        byte[] out = new byte[FRAME];
        for (int count = 0; count < frames; count++) {
            opener.open(frame, object, (int) frame.offset(), out, 0);
        }
    }

    private static long allocatedBy(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
