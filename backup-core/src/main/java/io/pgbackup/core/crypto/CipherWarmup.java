package io.pgbackup.core.crypto;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Warms the JVM's AES-GCM up, once. Until the JIT has compiled it, the JDK's cipher runs fifty times slower, and the JIT counts calls, not
 * bytes: many small messages make it fast at once, large ones leave it cold for seconds. To be called before a large job; a process
 * that moves a few megabytes does without. Safe for use by many threads.
 */
public final class CipherWarmup {
    private static final int MESSAGES = 20_000;
    private static final int MESSAGE_LENGTH = 1024;
    private static final int ASSOCIATED_LENGTH = 53;
    private static final long PAYS_FROM = 32 << 20;
    private static final AtomicBoolean WARM = new AtomicBoolean();

    private CipherWarmup() {}

    /**
     * Seals and opens 20 000 messages of 1 KiB, some 0.2 CPU seconds. Later calls do nothing; a concurrent call waits for the first.
     */
    public static void run() {
        Once.ensure();
    }

    /**
     * Begins {@link #run()} on a thread of its own, where it pays: a cold cipher loses more than the warm-up costs from some tens of megabytes on.
     *
     * @param encrypted whether there is anything to cipher
     * @param bytes about as many as will be sealed or opened
     */
    public static void begin(boolean encrypted, long bytes) {
        if (encrypted && bytes >= PAYS_FROM && !isWarm()) {
            Thread thread = new Thread(CipherWarmup::run, "pgbackup-warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    static boolean isWarm() {
        return WARM.get();
    }

    /** The class initializer is the lock: it runs once, and others wait for it. */
    private static final class Once {
        static {
            WARM.set(warmUp());
        }

        static void ensure() {}
    }

    /** Whether it worked; a runtime without a sound AES-GCM is reported by the first real use, not from here. */
    private static boolean warmUp() {
        byte[] plain = new byte[MESSAGE_LENGTH];
        byte[] sealed = new byte[MESSAGE_LENGTH + AesGcmCipher.TAG_LENGTH];
        FrameSlice slice = new FrameSlice().associated(new byte[ASSOCIATED_LENGTH], ASSOCIATED_LENGTH);
        try {
            AesGcmCipher cipher = new AesGcmCipher(new byte[MasterKey.LENGTH], true);
            for (int number = 0; number < MESSAGES; number++) {
                cipher.seal(slice.frame(number, 0).from(plain, 0, plain.length).into(sealed, 0));
                cipher.open(slice.from(sealed, 0, sealed.length).into(plain, 0));
            }
            return true;
        } catch (DamagedFrameException | IllegalStateException e) {
            return false;
        }
    }
}
