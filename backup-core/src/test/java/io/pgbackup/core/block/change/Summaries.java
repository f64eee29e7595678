package io.pgbackup.core.block.change;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.core.postgres.wal.record.ResourceManager;
import io.pgbackup.core.postgres.wal.record.WalBytes;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Summaries of logs that were made up. */
public final class Summaries {
    private Summaries() {}

    /** Records of several kinds, many of them across pages, some across segments. */
    static WalBytes log(WalFormat format, long seed, int bytes) {
        Random random = new Random(seed);
        WalBytes wal = WalBytes.of(format);
        int begin = (int) wal.position().value();
        while (wal.position().value() - begin < bytes) {
            RelationFork fork = new RelationFork(1663, random.nextInt(3), 16384 + random.nextInt(40), Fork.MAIN);
            switch (random.nextInt(20)) {
                case 0 -> wal.record(21, 0, new byte[random.nextInt(random.nextInt(8) == 0 ? 1_700_000 : 30_000)]);
                case 1 -> wal.record(ResourceManager.STORAGE, 0x10, relation(fork, 0, 16));
                case 2 -> wal.record(ResourceManager.STORAGE, 0x20, truncation(fork, random.nextInt(300)));
                case 3 -> wal.switchSegment();
                default -> wal.pages(fork, random.nextInt(8000), random.nextInt(500), 500 + random.nextInt(90_000));
            }
        }
        return wal;
    }

    private static byte[] relation(RelationFork fork, int last, int length) {
        return WalBytes.little(length)
                .putInt((int) fork.tablespace())
                .putInt((int) fork.database())
                .putInt((int) fork.fileNode())
                .putInt(last)
                .array();
    }

    private static byte[] truncation(RelationFork fork, int blocks) {
        return WalBytes.little(20).putInt(blocks).put(relation(fork, 7, 16)).array();
    }

    static SegmentSummary of(WalLayout layout, Lsn start, byte[] segment) {
        SegmentSummarizer summarizer = new SegmentSummarizer(layout, start);
        summarizer.accept(segment, 0, segment.length);
        return summarizer.finish();
    }

    /** Of each whole segment. */
    static List<SegmentSummary> all(byte[] log) {
        List<SegmentSummary> all = new ArrayList<>();
        for (int at = 0; at + (1 << 20) <= log.length; at += 1 << 20) {
            all.add(of(WalBytes.SMALL, new Lsn((5L << 20) + at), Arrays.copyOfRange(log, at, at + (1 << 20))));
        }
        return all;
    }

    public static List<byte[]> written() {
        List<byte[]> written = new ArrayList<>();
        for (WalFormat format : WalFormat.values()) {
            all(log(format, format.major(), 3 << 20).bytes()).stream()
                    .map(Summaries::bytes)
                    .filter(bytes -> bytes.length < 60_000)
                    .forEach(written::add);
        }
        return written;
    }

    static byte[] bytes(SegmentSummary summary) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            SummaryCodec.write(summary, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static SegmentSummary read(byte[] bytes) {
        try {
            return SummaryCodec.read(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Optional<byte[]> rewrite(byte[] bytes) {
        return Optional.of(bytes(read(bytes)));
    }
}
