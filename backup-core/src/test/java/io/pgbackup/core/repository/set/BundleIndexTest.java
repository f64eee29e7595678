package io.pgbackup.core.repository.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.manifest.ByteSink;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BundleIndex.IndexedFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BundleIndexTest {
    private static ByteSink sink(int count) {
        ByteSink sink = new ByteSink();
        sink.number(count);
        return sink;
    }

    private static void file(ByteSink sink, String path, int unitSize) {
        sink.octet(1);
        sink.counted(path.getBytes(StandardCharsets.US_ASCII));
        sink.number(unitSize);
    }

    private static void frame(ByteSink sink, int stored) {
        sink.number(stored);
        UnitRuns.of(0, 2).writeTo(sink);
    }

    @Test
    void isReadAsItWasWritten() {
        List<IndexedFrame> frames = List.of(
                indexed("base/1/1", 0, 45, 100, 0),
                indexed("base/1/1", 1, 145, 50, 8),
                indexed("pg_xact/0000", 2, 195, 9, 0));
        BundleIndex index = new BundleIndex();
        frames.forEach(frame -> index.add(frame.path(), frame.unitSize(), frame.location(), frame.units()));
        assertThat(BundleIndex.parse(index.toBytes(), 45)).isEqualTo(frames);
        byte[] bytes = index.toBytes();
        assertThat(BundleIndex.ofFrames(
                        List.of(Arrays.copyOf(bytes, 9), Arrays.copyOfRange(bytes, 9, bytes.length)), 45))
                .isEqualTo(frames);
    }

    private static IndexedFrame indexed(String path, int number, long offset, int stored, int unit) {
        return new IndexedFrame(
                ClusterPath.of(path), 8192, new FrameLocation(number, offset, stored), UnitRuns.of(unit, 3));
    }

    @Test
    void aFirstFrameOfNoFileIsRefused() {
        ByteSink sink = sink(1);
        sink.octet(0);
        frame(sink, 10);
        refused(sink);
    }

    @Test
    void aFrameOfTheDataDirectoryItselfIsRefused() {
        ByteSink sink = sink(1);
        file(sink, "", 8192);
        frame(sink, 10);
        refused(sink);
    }

    @Test
    void unitsOfNoBytesAreRefused() {
        ByteSink sink = sink(1);
        file(sink, "a", 0);
        frame(sink, 10);
        refused(sink);
    }

    @Test
    void pathsThatLeaveTheClusterAreRefused() {
        for (String path : List.of("../a", "/etc/passwd", "a/../../b", "a//b", "a\0b", ".", "a/")) {
            ByteSink sink = sink(1);
            file(sink, path, 8192);
            frame(sink, 10);
            refused(sink);
        }
    }

    @Test
    void whatFollowsTheLastFrameIsRefused() {
        ByteSink sink = sink(1);
        file(sink, "a", 8192);
        frame(sink, 10);
        assertThat(BundleIndex.parse(sink.toByteArray(), 45)).hasSize(1);
        sink.octet(0);
        refused(sink);
    }

    @Test
    void everyPrefixIsRefused() {
        ByteSink sink = sink(3);
        for (String path : List.of("a", "b/c", "d")) {
            file(sink, path, 8192);
            frame(sink, 1000);
        }
        byte[] whole = sink.toByteArray();
        for (int length = 0; length < whole.length; length++) {
            byte[] prefix = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> BundleIndex.parse(prefix, 45)).isInstanceOf(MalformedContentException.class);
        }
    }

    private static void refused(ByteSink sink) {
        assertThatThrownBy(() -> BundleIndex.parse(sink.toByteArray(), 45))
                .isInstanceOf(MalformedContentException.class);
    }
}
