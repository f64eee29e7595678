package io.pgbackup.core.hostile;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Gives a parser an input and judges the outcome: a value that can be written and read again, or a refusal; little memory, little time. For one thread. */
final class Judge {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long FREE_BYTES = 2 << 20;
    private static final long BYTES_PER_BYTE = 1000;
    private static final long MOST_NANOSECONDS = 5_000_000_000L;

    private long accepted;
    private long refused;

    void judge(Parser parser, byte[] input) {
        Optional<String> excess = excessOf(parser, input);
        if (excess.isPresent()) {
            // The first time may have loaded classes or filled caches; the second has no excuse.
            excess = excessOf(parser, input);
        }
        excess.ifPresent(what -> {
            throw new AssertionError(describe(parser, input, what));
        });
    }

    private Optional<String> excessOf(Parser parser, byte[] input) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long time = THREADS.getCurrentThreadCpuTime();
        try {
            Optional<byte[]> written = parser.rewrite().apply(input);
            accepted++;
            written.ifPresent(once -> requireStable(parser, input, once));
        } catch (RuntimeException e) {
            if (!parser.refusal().test(e)) {
                throw new AssertionError(describe(parser, input, "throws " + e), e);
            }
            refused++;
        } catch (StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(describe(parser, input, "throws " + e), e);
        }
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        time = THREADS.getCurrentThreadCpuTime() - time;
        if (allocated > FREE_BYTES + BYTES_PER_BYTE * input.length) {
            return Optional.of("allocates " + allocated + " bytes");
        }
        return time > MOST_NANOSECONDS ? Optional.of("takes " + time / 1_000_000 + " ms") : Optional.empty();
    }

    private void requireStable(Parser parser, byte[] input, byte[] once) {
        byte[] twice;
        try {
            twice = parser.rewrite().apply(once).orElseThrow();
        } catch (RuntimeException e) {
            throw new AssertionError(describe(parser, input, "writes what it cannot read"), e);
        }
        if (!Arrays.equals(once, twice)) {
            throw new AssertionError(describe(parser, input, "reads something else than it writes"));
        }
    }

    private static String describe(Parser parser, byte[] input, String what) {
        int shown = Math.min(input.length, 4000);
        return parser.name() + " " + what + " for " + input.length + " bytes: "
                + HexFormat.of().formatHex(input, 0, shown);
    }

    long accepted() {
        return accepted;
    }

    long refused() {
        return refused;
    }
}
