package io.pgbackup.core.archive;

import io.pgbackup.core.block.change.SegmentSummarizer;
import io.pgbackup.core.block.change.SegmentSummary;
import io.pgbackup.core.block.change.SummaryCodec;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.SealedRecords;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What archived segments say was changed, stored beside them when they come. They save work and nothing depends on them: a segment without a summary is as good
 * as any other, and a backup that misses one reads the pages. Safe for use by many threads.
 */
public final class WalSummaries {
    private static final Logger LOG = LoggerFactory.getLogger(WalSummaries.class);

    private final OpenRepository repository;
    private final ArchiveLayout layout;

    WalSummaries(OpenRepository repository, ArchiveLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /** The summary of a file's content in its written form; empty if it is no segment, or one that cannot be summarised. */
    static Optional<byte[]> of(WalFileName name, InputStream in) throws IOException {
        if (name.kind() != WalFileName.Kind.SEGMENT) {
            return Optional.empty();
        }
        try {
            Optional<SegmentSummary> summary = summarise(name, in);
            if (summary.isEmpty()) {
                return Optional.empty();
            }
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            SummaryCodec.write(summary.get(), written);
            return Optional.of(written.toByteArray()).filter(bytes -> bytes.length <= SealedRecords.MAXIMUM_LENGTH);
        } catch (MalformedWalException e) {
            LOG.info("{} has no summary: {}", name, e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<SegmentSummary> summarise(WalFileName name, InputStream in) throws IOException {
        byte[] begin = in.readNBytes(SegmentHeader.LENGTH);
        Optional<SegmentHeader> header =
                begin.length < SegmentHeader.LENGTH ? Optional.empty() : SegmentHeader.parse(begin);
        if (header.isEmpty()) {
            return Optional.empty();
        }
        WalLayout log = WalLayout.of(header.get());
        SegmentSummarizer summarizer = new SegmentSummarizer(log, name.start(log.segmentSize()));
        summarizer.accept(new SequenceInputStream(new ByteArrayInputStream(begin), in));
        return Optional.of(summarizer.finish());
    }

    /** Stores a summary, if there is none. That it cannot be stored is no reason to archive the segment again. */
    void store(WalFileName name, byte[] summary) {
        try {
            repository.createRecord(layout.summary(name), HeaderKind.SUMMARY, summary);
        } catch (RepositoryException e) {
            LOG.warn("the summary of {} is not stored: {}", name, e.getMessage());
        }
    }

    /**
     * What a segment says was changed.
     *
     * @param name of the segment
     * @return empty if there is no summary of it
     * @throws RepositoryException if it is damaged or cannot be read
     */
    public Optional<SegmentSummary> find(WalFileName name) {
        ObjectKey key = layout.summary(name);
        return repository
                .readRecord(key, HeaderKind.SUMMARY)
                .map(content -> repository.parse(key, content, WalSummaries::read));
    }

    private static SegmentSummary read(byte[] content) throws MalformedContentException {
        try {
            return SummaryCodec.read(new ByteArrayInputStream(content));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /** Removes those of segments that are removed. */
    void delete(List<WalFileName> names) {
        repository.delete(names.stream()
                .filter(name -> name.kind() == WalFileName.Kind.SEGMENT)
                .map(layout::summary)
                .toList());
    }
}
