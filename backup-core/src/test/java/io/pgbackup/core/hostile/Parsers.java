package io.pgbackup.core.hostile;

import io.pgbackup.Secret;
import io.pgbackup.core.block.change.Summaries;
import io.pgbackup.core.crypto.Argon2Cost;
import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.core.manifest.ByteCursor;
import io.pgbackup.core.manifest.ByteSink;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.ManifestPageWriter;
import io.pgbackup.core.manifest.ManifestStream;
import io.pgbackup.core.manifest.RandomManifests;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.RecordParsers;
import io.pgbackup.core.repository.RecordParsers.BundleIndexContent;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.BundleIndex.IndexedFrame;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.testkit.MemoryKeyService;
import io.pgbackup.storage.ObjectKey;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Every parser of what a repository holds. */
final class Parsers {
    private static final int PAGE_SIZE = RandomManifests.PAGE_SIZE;
    private static final ObjectKey KEY = ObjectKey.of("billing/backup/x");

    private Parsers() {}

    static List<Parser> all() {
        return Stream.of(ofRepository(), ServerParsers.all(), ObjectParsers.all())
                .flatMap(List::stream)
                .toList();
    }

    /** What whoever knows the object translates into damage. */
    static boolean isMalformed(RuntimeException e) {
        return e instanceof MalformedContentException
                || e instanceof IllegalArgumentException
                || e instanceof java.time.DateTimeException;
    }

    static boolean isDamage(RuntimeException e) {
        return e instanceof RepositoryException refused
                && (refused.code() == ErrorCode.REPOSITORY_DAMAGED || refused.code() == ErrorCode.FORMAT_UNSUPPORTED);
    }

    private static List<Parser> ofRepository() {
        Predicate<RuntimeException> malformed = MalformedContentException.class::isInstance;
        return List.of(
                new Parser("manifest page", manifestPages(), Parsers::rewritePage, malformed),
                new Parser("units", List.of(runs()), Parsers::rewriteRuns, malformed),
                new Parser("summary", Summaries.written(), Summaries::rewrite, malformed),
                new Parser("bundle index", List.of(index()), RecordParsers::rewriteIndex, malformed),
                record("JSON", RecordParsers.commit(), RecordParsers::json, malformed),
                record("format", RecordParsers.format(), RecordParsers::rewriteFormat, Parsers::isMalformed),
                record("key ring", RecordParsers.keyRing(), RecordParsers::rewriteKeyRing, Parsers::isMalformed),
                record(
                        "manifest root",
                        RecordParsers.manifestRoot(),
                        RecordParsers::rewriteManifestRoot,
                        Parsers::isMalformed),
                record(
                        "commit record",
                        RecordParsers.commit(),
                        bytes -> BackupRecord.parse(bytes).toBytes(),
                        Parsers::isMalformed),
                new Parser("key slot", slots(), bytes -> rewriteSlot(bytes), Parsers::isDamage),
                new Parser(
                        "key slot with a checksum that fits",
                        slots(),
                        bytes -> rewriteSlot(withChecksum(bytes)),
                        Parsers::isDamage),
                new Parser("object header", List.of(header(0), header(32)), Parsers::rewriteHeader, Parsers::isDamage));
    }

    private static Parser record(
            String name, byte[] valid, UnaryOperator<byte[]> rewrite, Predicate<RuntimeException> refusal) {
        Function<byte[], Optional<byte[]>> written = bytes -> Optional.of(rewrite.apply(bytes));
        return new Parser(name, List.of(valid), written, refusal);
    }

    private static List<byte[]> manifestPages() {
        List<byte[]> pages = new ArrayList<>();
        for (int seed = 0; seed < 12; seed++) {
            pages.add(page(new RandomManifests(seed).entries(1 + seed % 4)));
        }
        return pages;
    }

    private static byte[] page(List<ManifestEntry> entries) {
        ManifestPageWriter writer = new ManifestPageWriter(PAGE_SIZE);
        entries.forEach(writer::add);
        return writer.finish();
    }

    private static Optional<byte[]> rewritePage(byte[] bytes) {
        List<ManifestEntry> entries = new ArrayList<>();
        new ManifestStream(1, PAGE_SIZE, number -> bytes).forEachRemaining(entries::add);
        return Optional.of(page(entries));
    }

    private static byte[] runs() {
        ByteSink sink = new ByteSink();
        new UnitRuns.Builder().add(3, 4).add(9, 1).add(1000, 70_000).build().writeTo(sink);
        return sink.toByteArray();
    }

    private static Optional<byte[]> rewriteRuns(byte[] bytes) {
        ByteSink sink = new ByteSink();
        UnitRuns.readFrom(new ByteCursor(bytes)).writeTo(sink);
        return Optional.of(sink.toByteArray());
    }

    private static byte[] index() {
        List<IndexedFrame> frames = new ArrayList<>();
        long offset = 45;
        for (int number = 0; number < 12; number++) {
            ClusterPath path = ClusterPath.of("base/1/" + (16384 + number / 3));
            UnitRuns units = UnitRuns.of(8 * (number % 3), 8);
            frames.add(new IndexedFrame(path, PAGE_SIZE, new FrameLocation(number, offset, 900 + number), units));
            offset += 900 + number;
        }
        return RecordParsers.index(new BundleIndexContent(frames));
    }

    private static List<byte[]> slots() {
        SecureRandom random = new SecureRandom();
        KeySlots slots = new KeySlots(new byte[16], new Argon2Cost(64, 1, 1), random);
        try (MasterKey master = MasterKey.generate(1, random);
                Secret raw = Secret.of("00".repeat(32).toCharArray());
                Secret phrase = Secret.of("correct horse".toCharArray())) {
            return List.of(
                    slots.create(master, 0, new SlotCredential.RawKey(raw)).encode(),
                    slots.create(master, 1, new SlotCredential.Passphrase(phrase))
                            .encode(),
                    slots.create(
                                    master,
                                    2,
                                    new SlotCredential.Service(
                                            new MemoryKeyService()
                                                    .rotate("main")
                                                    .key("main"),
                                            "house"))
                            .encode());
        }
    }

    private static Optional<byte[]> rewriteSlot(byte[] bytes) {
        return Optional.of(KeySlot.decode(bytes).encode());
    }

    private static byte[] withChecksum(byte[] bytes) {
        if (bytes.length < Integer.BYTES) {
            return bytes;
        }
        byte[] fitting = bytes.clone();
        CRC32C checksum = new CRC32C();
        checksum.update(fitting, 0, fitting.length - Integer.BYTES);
        ByteBuffer.wrap(fitting).putInt(fitting.length - Integer.BYTES, (int) checksum.getValue());
        return fitting;
    }

    private static byte[] header(int digest) {
        ByteBuffer header = ByteBuffer.allocate(45 + digest);
        header.putInt(0x5047424B)
                .put((byte) 10)
                .putShort((short) 1)
                .put((byte) 1)
                .putInt(1);
        header.put(44, (byte) digest);
        return header.array();
    }

    private static Optional<byte[]> rewriteHeader(byte[] bytes) {
        byte[] begin = Arrays.copyOf(bytes, Math.min(bytes.length, ObjectHeader.LONGEST));
        return Optional.of(ObjectHeader.parse(KEY, begin, begin.length).encode());
    }
}
