package io.pgbackup.core.engine.content;

/** Receives the content of one file, in any order, from many threads at once. Bytes that never arrive are zeros. */
public interface FileTarget {
    /**
     * Some bytes, already proved.
     *
     * @param position of the first within the file
     * @param bytes holds them
     * @param offset of the first within the array
     * @param length number of bytes
     */
    void write(long position, byte[] bytes, int offset, int length);

    /** All bytes have arrived; called once, by one of the threads. */
    void complete();

    /** A target that wants nothing. */
    FileTarget NOWHERE = new FileTarget() {
        @Override
        public void write(long position, byte[] bytes, int offset, int length) {}

        @Override
        public void complete() {}
    };
}
