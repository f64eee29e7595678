package io.pgbackup.benchmarks;

import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.crypto.DamagedFrameException;
import io.pgbackup.core.crypto.FrameSlice;
import io.pgbackup.core.crypto.ObjectCipher;
import io.pgbackup.core.crypto.ObjectIdentity;
import io.pgbackup.core.pipeline.FrameFingerprint;
import io.pgbackup.core.postgres.page.PageChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The stages beside the codec, each alone, per frame of 64 KiB. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StageBenchmark {
    private static final int SEALED = FrameSource.FRAME + 16;

    private final FrameSource source = new FrameSource();
    private final FrameFingerprint fingerprint = new FrameFingerprint(42);
    private final CRC32C checksum = new CRC32C();
    private final FrameSlice slice = new FrameSlice();
    private final byte[] associated = new byte[53];
    private final byte[] out = new byte[SEALED];
    private final byte[] opened = new byte[FrameSource.FRAME];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(FrameSource.FRAME);
    private ObjectCipher sealing;
    private ObjectCipher opening;
    private ObjectCipher digesting;
    private byte[] sealed;
    private long number;
    private Path path;
    private FileChannel file;

    /**
     * Writes the pages to a file and seals one frame.
     *
     * @throws IOException if the temporary directory is full
     */
    @Setup
    public void prepare() throws IOException {
        CipherWarmup.run();
        sealing = Keys.cipher("aes-256-gcm").forObject(identity(1));
        opening = Keys.cipher("aes-256-gcm").forObject(identity(1));
        digesting = Keys.cipher("unencrypted").forObject(identity(0));
        sealed = new byte[SEALED];
        Keys.cipher("aes-256-gcm")
                .forObject(identity(1))
                .seal(slice.frame(0, 0)
                        .associated(associated, associated.length)
                        .from(source.pages, 0, FrameSource.FRAME)
                        .into(sealed, 0));
        path = Files.createTempFile("pages", ".bin");
        Files.write(path, source.pages);
        file = FileChannel.open(path, StandardOpenOption.READ);
    }

    private static ObjectIdentity identity(int generation) {
        return new ObjectIdentity(generation, new byte[ObjectIdentity.SALT_LENGTH], "a/b", 10);
    }

    /**
     * Removes the file.
     *
     * @throws IOException if it cannot be removed
     */
    @TearDown
    public void remove() throws IOException {
        file.close();
        Files.delete(path);
    }

    /**
     * Page cache to a direct buffer to a heap array, as the engine reads.
     *
     * @return the array
     * @throws IOException if the file cannot be read
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public byte[] read() throws IOException {
        direct.clear();
        file.read(direct, source.next());
        direct.flip().get(opened, 0, direct.limit());
        return opened;
    }

    /**
     * PostgreSQL's checksum of each page, without the rest of the page check.
     *
     * @return all of them, folded
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public int pageChecksum() {
        int start = source.next();
        int folded = 0;
        for (int offset = start; offset < start + FrameSource.FRAME; offset += PageData.PAGE) {
            folded ^= PageChecksum.compute(source.pages, offset, PageData.PAGE, offset / PageData.PAGE);
        }
        return folded;
    }

    /**
     * One fingerprint per page.
     *
     * @return all of them, folded
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public long fingerprint() {
        int start = source.next();
        long folded = 0;
        for (int offset = start; offset < start + FrameSource.FRAME; offset += PageData.PAGE) {
            folded ^= fingerprint.of(source.pages, offset, PageData.PAGE);
        }
        return folded;
    }

    /**
     * The checksum for a PostgreSQL backup manifest.
     *
     * @return the running value
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public long crc32c() {
        checksum.update(source.pages, source.next(), FrameSource.FRAME);
        return checksum.getValue();
    }

    /**
     * AES-256-GCM.
     *
     * @return length
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public int seal() {
        return sealing.seal(next());
    }

    /**
     * The digest of unencrypted repositories, and the copy.
     *
     * @return length
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public int digest() {
        return digesting.seal(next());
    }

    private FrameSlice next() {
        return slice.frame(number++, 0)
                .associated(associated, associated.length)
                .from(source.pages, source.next(), FrameSource.FRAME)
                .into(out, 0);
    }

    /**
     * AES-256-GCM, verified and decrypted.
     *
     * @return length
     * @throws DamagedFrameException never
     */
    @Benchmark
    @OperationsPerInvocation(FrameSource.FRAME)
    public int open() throws DamagedFrameException {
        return opening.open(slice.frame(0, 0)
                .associated(associated, associated.length)
                .from(sealed, 0, SEALED)
                .into(opened, 0));
    }
}
