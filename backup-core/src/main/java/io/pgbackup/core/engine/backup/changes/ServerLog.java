package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.block.change.CheckpointMark;
import io.pgbackup.core.block.change.SegmentSummarizer;
import io.pgbackup.core.block.change.SegmentSummary;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.postgres.wal.record.LogEvent;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.SingleRecord;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The log as the server itself has it, in {@code pg_wal}. Only what the server has flushed is asked for. Safe for use by many threads. */
final class ServerLog {
    /** How many segments are searched for a record that must be near. */
    private static final int MOST_SEARCHED = 64;

    private final ClusterFiles files;
    private final WalLayout layout;

    ServerLog(ClusterFiles files, ControlFile control) {
        this.files = files;
        this.layout = new WalLayout(control.systemIdentifier(), control.walSegmentSize(), control.walBlockSize());
    }

    /** What a segment says was changed, up to a position in it; empty if the server no longer has it. */
    Optional<SegmentSummary> summary(WalFileName name, Lsn end) throws DoubtException {
        try (SourceFile file = open(name)) {
            if (file == null) {
                return Optional.empty();
            }
            SegmentSummarizer summarizer = new SegmentSummarizer(layout, name.start(layout.segmentSize()), end);
            summarizer.accept(new SourceStream(file));
            return Optional.of(summarizer.finish());
        } catch (MalformedWalException e) {
            throw new DoubtException("pg_wal/" + name + " cannot be used: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("a source file does not throw this", e);
        }
    }

    private @Nullable SourceFile open(WalFileName name) {
        return files.openWal(name).orElse(null);
    }

    /** Whether the server and an archive have the same under a name; empty if one of them has nothing. */
    Optional<Boolean> isSame(WalFileName name, WalArchive archive) {
        try (SourceFile file = open(name)) {
            return file == null ? Optional.empty() : archive.holdsSame(name, new SourceStream(file));
        } catch (IOException e) {
            throw new UncheckedIOException("a source file does not throw this", e);
        }
    }

    /** Where a timeline came from; the server keeps the history of the one that it is on. */
    TimelineHistory history(Timeline timeline) throws DoubtException {
        if (timeline.equals(Timeline.FIRST)) {
            return TimelineHistory.of(timeline);
        }
        try (SourceFile file = open(WalFileName.history(timeline))) {
            if (file == null) {
                throw new DoubtException("the server has no history of its timeline " + timeline);
            }
            return TimelineHistory.parse(timeline, new SourceStream(file).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("a source file does not throw this", e);
        }
    }

    /** The record of a checkpoint; empty if the server does not have it, or it is none. */
    Optional<CheckpointMark> checkpoint(Timeline timeline, Lsn position) {
        try {
            Optional<SegmentHeader> header = header(WalFileName.containing(timeline, position, layout.segmentSize()));
            Optional<WalFormat> format = header.flatMap(known -> WalFormat.ofMajor(known.majorVersion()));
            return format.flatMap(known -> CheckpointMark.of(new SingleRecord(layout, known)
                    .read(position, (at, into, length) -> read(timeline, at, into, length))));
        } catch (MalformedWalException e) {
            return Optional.empty();
        }
    }

    /** The record of the checkpoint that began at a position, looked for from there on; empty if it is not found soon. */
    Optional<CheckpointMark> checkpointFrom(Timeline timeline, Lsn redo) {
        List<CheckpointMark> found = new ArrayList<>();
        WalSegmentSize size = layout.segmentSize();
        WalScanner scanner = new WalScanner(
                layout,
                size.startOf(size.segmentOf(redo)),
                record -> LogEvent.of(record)
                        .filter(event -> event instanceof LogEvent.Checkpoint made
                                && made.redo().equals(redo))
                        .flatMap(event -> CheckpointMark.of(record))
                        .ifPresent(found::add));
        byte[] page = new byte[layout.pageSize()];
        try {
            for (long segment = size.segmentOf(redo); segment < size.segmentOf(redo) + MOST_SEARCHED; segment++) {
                try (SourceFile file = open(WalFileName.segment(timeline, segment, size))) {
                    SourceStream stream = file == null ? null : new SourceStream(file);
                    while (found.isEmpty()
                            && stream != null
                            && stream.readNBytes(page, 0, page.length) == page.length) {
                        scanner.accept(page, 0, page.length);
                    }
                }
            }
        } catch (MalformedWalException e) {
            // Nothing was written yet: the record may be in the page that is being filled now, but that is not read.
            return found.stream().findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("a source file does not throw this", e);
        }
        return found.stream().findFirst();
    }

    /** Whether the server itself has gone through a backup: it keeps the note of the last one that was ended on it. */
    boolean remembers(Lsn start, String label) {
        return files.listWal().stream()
                .filter(name -> name.kind() == WalFileName.Kind.BACKUP_HISTORY)
                .anyMatch(name -> saysSo(name, start, label));
    }

    private boolean saysSo(WalFileName name, Lsn start, String label) {
        try (SourceFile file = open(name)) {
            if (file == null) {
                return false;
            }
            List<String> lines = new String(new SourceStream(file).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return lines.contains("LABEL: " + label)
                    && lines.stream().anyMatch(line -> line.startsWith("START WAL LOCATION: " + start + " "));
        } catch (IOException e) {
            throw new UncheckedIOException("a source file does not throw this", e);
        }
    }

    private Optional<SegmentHeader> header(WalFileName name) {
        byte[] begin = new byte[SegmentHeader.LENGTH];
        int read = read(name.timeline(), name.start(layout.segmentSize()), begin, begin.length);
        return read < begin.length ? Optional.empty() : SegmentHeader.parse(begin);
    }

    private int read(Timeline timeline, Lsn position, byte[] into, int length) {
        try (SourceFile file = open(WalFileName.containing(timeline, position, layout.segmentSize()))) {
            long within = position.value() % layout.segmentSize().bytes();
            return file == null ? 0 : file.read(within, ByteBuffer.wrap(into, 0, length));
        }
    }
}
