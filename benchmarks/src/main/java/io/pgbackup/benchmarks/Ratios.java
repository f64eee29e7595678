package io.pgbackup.benchmarks;

import io.pgbackup.core.compress.Codec;
import io.pgbackup.core.compress.CodecSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Prints, per codec, the ratio, the rate (per CPU second) and the share of frames for which compression gains little: on the benchmark's pages, or on the
 * relation files below the directories given as arguments (a data directory's {@code base}).
 */
public final class Ratios {
    private static final String[] CODECS = {"lz4", "zstd:1", "zstd:2", "zstd:3", "zstd:6", "zstd:9"};
    private static final int ROUNDS = 3;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private Ratios() {}

    /**
     * Runs.
     *
     * @param arguments directories of relation files, or nothing
     * @throws IOException if one cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (String directory : arguments) {
            try (Stream<Path> paths = Files.walk(Path.of(directory))) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    files.add(Files.readAllBytes(path));
                }
            }
        }
        if (files.isEmpty()) {
            files.add(new PageData(42).pages(64 << 20));
        }
        System.out.println("codec     ratio   GB/s   gain below 1/32, 1/16, 1/8");
        for (String codec : CODECS) {
            report(codec, files);
        }
    }

    private static void report(String text, List<byte[]> files) {
        long source = 0;
        long stored = 0;
        long nanoseconds = Long.MAX_VALUE;
        long[] little = new long[3];
        long frames = 0;
        byte[] out = new byte[2 * FrameSource.FRAME];
        try (Codec codec = CodecSpec.parse(text).newCodec()) {
            for (int round = 0; round < ROUNDS; round++) {
                long start = CPU.getCurrentThreadCpuTime();
                source = stored = frames = 0;
                little = new long[3];
                for (byte[] file : files) {
                    for (int offset = 0; offset < file.length; offset += FrameSource.FRAME) {
                        int length = Math.min(FrameSource.FRAME, file.length - offset);
                        int compressed = codec.compress(file, offset, length, out, 0, out.length);
                        source += length;
                        stored += Math.min(length, compressed);
                        frames++;
                        for (int index = 0; index < little.length; index++) {
                            little[index] += compressed > length - (length >> 5 - index) ? 1 : 0;
                        }
                    }
                }
                nanoseconds = Math.min(nanoseconds, CPU.getCurrentThreadCpuTime() - start);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-8s %6.2f %6.2f   %.1f %%, %.1f %%, %.1f %%%n",
                text,
                (double) source / stored,
                (double) source / nanoseconds,
                100.0 * little[0] / frames,
                100.0 * little[1] / frames,
                100.0 * little[2] / frames);
    }
}
