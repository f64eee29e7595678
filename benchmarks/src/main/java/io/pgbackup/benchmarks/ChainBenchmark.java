package io.pgbackup.benchmarks;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectOpener;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.storage.ObjectKey;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
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

/** What a worker does with pages in memory: check and fingerprint each, compress, seal into a bundle; and the way back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChainBenchmark {
    private static final int CAPACITY = 32 << 20;
    private static final ObjectKey KEY = ObjectKey.of("billing/data/20261121-080000F/bundle/00/0001");

    /** Text form of the codec. */
    @Param({"lz4", "zstd:1", "zstd:3", "none"})
    public String codec;

    /** Name of the suite. */
    @Param({"aes-256-gcm", "unencrypted"})
    public String suite;

    private final FrameSource source = new FrameSource();
    private final PageCheck check = new PageCheck(PageData.PAGE, true);
    private final FrameFingerprint fingerprint = new FrameFingerprint(42);
    private final List<FrameLocation> frames = new ArrayList<>();
    private final byte[] out = new byte[FrameSource.FRAME];
    private ObjectSealer sealer;
    private ObjectOpener opener;
    private byte[] object;
    private int nextFrame;

    /**
     * Seals a bundle for reading.
     *
     * @throws IOException never
     */
    @Setup
    public void prepare() throws IOException {
        CipherWarmup.run();
        RepositoryCipher cipher = Keys.cipher(suite);
        sealer = new ObjectSealer(cipher, CodecSpec.parse(codec), CAPACITY, new SecureRandom());
        opener = new ObjectOpener(cipher);
        ObjectHeader header = sealer.begin(KEY, HeaderKind.BUNDLE);
        for (int count = 0; count < 256; count++) {
            frames.add(sealer.add(source.pages, source.next(), FrameSource.FRAME));
        }
        sealer.addLast(out, 0, 0);
        try (InputStream in = sealer.payload().open()) {
            object = in.readAllBytes();
        }
        opener.begin(KEY, HeaderKind.BUNDLE, header);
        sealer.begin(KEY, HeaderKind.BUNDLE);
    }

    /** Frees the codecs. */
    @TearDown
    public void close() {
        sealer.close();
        opener.close();
    }

    /**
     * Source bytes per nanosecond.
     *
     * @return where the frame went
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public FrameLocation write() {
        if (sealer.remaining() < FrameSource.FRAME) {
            sealer.begin(KEY, HeaderKind.BUNDLE);
        }
        int start = source.next();
        checkPages(start);
        fingerprintPages(source.pages, start);
        return sealer.add(source.pages, start, FrameSource.FRAME);
    }

    /**
     * Source bytes per nanosecond.
     *
     * @return the fingerprints, folded
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public long readBack() {
        nextFrame = (nextFrame + 1) % frames.size();
        FrameLocation where = frames.get(nextFrame);
        opener.open(where, object, (int) where.offset(), out, 0);
        return fingerprintPages(out, 0);
    }

    private void checkPages(int start) {
        for (int offset = start; offset < start + FrameSource.FRAME; offset += PageData.PAGE) {
            if (!check.check(source.pages, offset, offset / PageData.PAGE).good()) {
                throw new IllegalStateException("page " + offset / PageData.PAGE + " does not pass its check");
            }
        }
    }

    private long fingerprintPages(byte[] pages, int start) {
        long folded = 0;
        for (int offset = start; offset < start + FrameSource.FRAME; offset += PageData.PAGE) {
            folded ^= fingerprint.of(pages, offset, PageData.PAGE);
        }
        return folded;
    }
}
