package io.pgbackup.benchmarks;

import io.pgbackup.core.compress.Codec;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.compress.DamagedDataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Compressing and decompressing frames. The set-up prints the ratio, as does {@link Ratios} for more kinds of data. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
    /** Text form of the codec. */
    @Param({"lz4", "zstd:1", "zstd:3"})
    public String codec;

    /** Pages, or noise as in frames that are compressed already. */
    @Param({"pages", "noise"})
    public String data;

    private final FrameSource source = new FrameSource();
    private final byte[] out = new byte[2 * FrameSource.FRAME];
    private final List<byte[]> compressed = new ArrayList<>();
    private Codec running;
    private int nextCompressed;

    /** Compresses every frame once. */
    @Setup
    public void compressAll() {
        running = CodecSpec.parse(codec).newCodec();
        if (data.equals("noise")) {
            new Random(1).nextBytes(source.pages);
        }
        for (int offset = 0; offset < source.pages.length; offset += FrameSource.FRAME) {
            int length = running.compress(source.pages, offset, FrameSource.FRAME, out, 0, out.length);
            compressed.add(Arrays.copyOf(out, length));
        }
    }

    /** Frees the codec. */
    @TearDown
    public void close() {
        running.close();
    }

    /**
     * Source bytes per nanosecond.
     *
     * @return length of the compressed frame
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public int compress() {
        return running.compress(source.pages, source.next(), FrameSource.FRAME, out, 0, out.length);
    }

    /**
     * Source bytes per nanosecond.
     *
     * @return the plaintext
     * @throws DamagedDataException never
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public byte[] decompress() throws DamagedDataException {
        nextCompressed = (nextCompressed + 1) % compressed.size();
        byte[] frame = compressed.get(nextCompressed);
        running.decompress(frame, 0, frame.length, out, 0, FrameSource.FRAME);
        return out;
    }
}
