package io.pgbackup.benchmarks;

import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.crypto.DamagedFrameException;
import io.pgbackup.core.crypto.FrameSlice;
import io.pgbackup.core.crypto.ObjectCipher;
import io.pgbackup.core.crypto.ObjectIdentity;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first megabytes of a fresh JVM: what the cold cipher costs, and what warming up and slicing save. Milliseconds; the benchmark for the
 * warmed way includes the warm-up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(5)
public class ColdCipherBenchmark {
    /** Whether the warm-up runs first. */
    @Param({"cold", "warmed"})
    public String way;

    /** Data sealed, MiB. */
    @Param({"4", "16", "64", "256"})
    public int mebibytes;

    /**
     * Seals frames in one call each, as somebody who does not know would.
     *
     * @return bytes written
     * @throws GeneralSecurityException never
     */
    @Benchmark
    public long sealWholeFrames() throws GeneralSecurityException {
        warmUpIfWanted();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        byte[] frame = new byte[FrameSource.FRAME];
        byte[] out = new byte[frame.length + 16];
        long written = 0;
        for (int number = 0; number < mebibytes << 4; number++) {
            byte[] nonce = ByteBuffer.allocate(12).putInt(number).array();
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
            written += cipher.doFinal(frame, 0, frame.length, out, 0);
        }
        return written;
    }

    /**
     * Seals frames as the library does: sliced while cold, whole when warm.
     *
     * @return bytes written
     */
    @Benchmark
    public long seal() {
        warmUpIfWanted();
        ObjectCipher cipher = newCipher();
        byte[] frame = new byte[FrameSource.FRAME];
        byte[] out = new byte[frame.length + 16];
        FrameSlice slice = new FrameSlice().from(frame, 0, frame.length).into(out, 0);
        long written = 0;
        for (int number = 0; number < mebibytes << 4; number++) {
            written += cipher.seal(slice.frame(number, 0));
        }
        return written;
    }

    /**
     * Opens frames; a tag can be checked over whole frames only.
     *
     * @return bytes read
     * @throws DamagedFrameException never
     */
    @Benchmark
    public long open() throws DamagedFrameException {
        warmUpIfWanted();
        ObjectCipher cipher = newCipher();
        byte[] frame = new byte[FrameSource.FRAME];
        byte[] sealed = new byte[frame.length + 16];
        FrameSlice slice =
                new FrameSlice().frame(0, 0).from(frame, 0, frame.length).into(sealed, 0);
        cipher.seal(slice);
        slice.from(sealed, 0, sealed.length).into(frame, 0);
        long read = 0;
        for (int number = 0; number < mebibytes << 4; number++) {
            read += cipher.open(slice);
        }
        return read;
    }

    private void warmUpIfWanted() {
        if (way.equals("warmed")) {
            CipherWarmup.run();
        }
    }

    private static ObjectCipher newCipher() {
        return Keys.cipher("aes-256-gcm")
                .forObject(new ObjectIdentity(1, new byte[ObjectIdentity.SALT_LENGTH], "a/b", 10));
    }
}
