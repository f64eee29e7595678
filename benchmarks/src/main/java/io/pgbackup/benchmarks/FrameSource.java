package io.pgbackup.benchmarks;

/** Frames of 64 KiB out of 32 MiB of page data, one after the other and again: more than the inner caches hold. */
final class FrameSource {
    static final int FRAME = 64 * 1024;
    private static final int LENGTH = 512 * FRAME;

    final byte[] pages = new PageData(42).pages(LENGTH);
    private int offset = -FRAME;

    /** Offset of the next frame in {@link #pages}. */
    int next() {
        offset = (offset + FRAME) % LENGTH;
        return offset;
    }
}
