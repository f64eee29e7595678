package io.pgbackup.gcs.testkit;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The objects, and what can be asked of them. */
final class ObjectApi {
    private static final int MAX_NAME_BYTES = 1024;
    private static final int MAX_PAGE = 1000;
    private static final Set<String> CLASSES = Set.of("STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE");
    private static final Set<String> MEMBERS = Set.of(
            "name",
            "crc32c",
            "storageClass",
            "retention",
            "temporaryHold",
            "eventBasedHold",
            "metadata",
            "contentType");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    private final Map<String, StoredBucket> buckets = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong(1_700_000_000_000_000L);
    private final InstantSource clock;

    ObjectApi(InstantSource clock) {
        this.clock = clock;
    }

    void createBucket(String name, StoredBucket.Locks locks) {
        buckets.put(name, new StoredBucket(locks));
    }

    StoredBucket bucket(String name) throws Refusal {
        return Optional.ofNullable(buckets.get(name))
                .orElseThrow(() -> new Refusal(404, "notFound", "The specified bucket does not exist."));
    }

    void putForeign(String bucket, String name) throws Refusal {
        StoredObject object = new StoredObject(
                name,
                new byte[0],
                generations.incrementAndGet(),
                clock.instant(),
                new JsonObject(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        bucket(bucket).objects().put(name, object);
    }

    /** What somebody else does without a condition. */
    void overwrite(String bucket, String name, byte[] bytes) throws Refusal {
        StoredBucket stored = bucket(bucket);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        StoredObject object = new StoredObject(
                name,
                bytes,
                generations.incrementAndGet(),
                now,
                new JsonObject(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        Optional.ofNullable(stored.objects().put(name, object)).ifPresent(before -> stored.gone(before, now));
    }

    Reply handle(Request request) throws Refusal {
        return switch (request.operation()) {
            case INSERT -> insert(request);
            case STAT -> stat(request);
            case READ -> read(request);
            case LIST -> list(request);
            case DELETE -> delete(request);
            case BATCH -> throw Refusal.invalid("a batch within a batch");
        };
    }

    private Reply insert(Request request) throws Refusal {
        request.allow(Set.of("uploadType", "ifGenerationMatch", "fields", "kmsKeyName", "name"));
        if (!"multipart".equals(request.query().get("uploadType"))) {
            throw Refusal.invalid("this server takes one request for an object, not " + request.query());
        }
        if (!"0".equals(request.query().get("ifGenerationMatch"))) {
            throw Refusal.invalid("this server insists on ifGenerationMatch=0");
        }
        List<Multipart.Part> parts =
                Multipart.parse(request.header("content-type"), "multipart/related", request.body());
        if (parts.size() != 2) {
            throw Refusal.invalid(parts.size() + " parts, not 2");
        }
        JsonObject metadata = metadata(parts.get(0).body());
        byte[] bytes = parts.get(1).body();
        StoredBucket bucket = bucket(request.bucket());
        check(bucket, metadata, bytes);
        String name = metadata.remove("name").getAsString();
        metadata.remove("crc32c");
        if (bucket.locks() == StoredBucket.Locks.IGNORED) {
            List.of("retention", "temporaryHold", "eventBasedHold").forEach(metadata::remove);
        }
        if (!metadata.has("storageClass")) {
            metadata.addProperty("storageClass", "STANDARD");
        }
        StoredObject object = new StoredObject(
                name,
                bytes,
                generations.incrementAndGet(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                metadata,
                Optional.ofNullable(request.query().get("kmsKeyName")),
                customerKey(request),
                Optional.empty());
        if (bucket.objects().putIfAbsent(name, object) != null) {
            throw new Refusal(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
        }
        return Reply.json(200, object.resource());
    }

    private static JsonObject metadata(byte[] body) throws Refusal {
        try {
            JsonObject metadata = JsonParser.parseString(new String(body, StandardCharsets.UTF_8))
                    .getAsJsonObject();
            for (String member : metadata.keySet()) {
                if (!MEMBERS.contains(member)) {
                    throw Refusal.invalid("unknown member " + member);
                }
            }
            return metadata;
        } catch (JsonParseException | IllegalStateException e) {
            throw new Refusal(400, "parseError", "Parse Error");
        }
    }

    private void check(StoredBucket bucket, JsonObject metadata, byte[] bytes) throws Refusal {
        if (!metadata.has("name") || !metadata.has("crc32c")) {
            throw Refusal.invalid("name and crc32c are needed");
        }
        int length = metadata.get("name").getAsString().getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw Refusal.invalid("The maximum object length is 1024 characters, but got a name with " + length);
        }
        String real = StoredObject.crc32c(bytes);
        if (!metadata.get("crc32c").getAsString().equals(real)) {
            throw Refusal.invalid("Provided CRC32C \"" + metadata.get("crc32c").getAsString()
                    + "\" doesn't match calculated CRC32C \"" + real + "\".");
        }
        if (metadata.has("storageClass")
                && !CLASSES.contains(metadata.get("storageClass").getAsString())) {
            throw Refusal.invalid("Invalid argument: storage class.");
        }
        if (metadata.has("retention")) {
            checkRetention(bucket, metadata.getAsJsonObject("retention"));
        }
    }

    private void checkRetention(StoredBucket bucket, JsonObject retention) throws Refusal {
        if (bucket.locks() == StoredBucket.Locks.NO_RETENTION) {
            throw Refusal.invalid("Object retention cannot be set on a bucket without object retention enabled.");
        }
        String mode = retention.get("mode").getAsString();
        Instant until = Instant.parse(retention.get("retainUntilTime").getAsString());
        if (!Set.of("Locked", "Unlocked").contains(mode) || !until.isAfter(clock.instant())) {
            throw Refusal.invalid("Invalid retention: " + retention);
        }
    }

    private static Optional<String> customerKey(Request request) throws Refusal {
        Optional<String> key = request.header("x-goog-encryption-key");
        if (key.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = Base64.getDecoder().decode(key.get());
        String digest = Base64.getEncoder().encodeToString(Hashes.sha256(bytes));
        boolean good = bytes.length == 32
                && request.header("x-goog-encryption-algorithm").orElse("").equals("AES256")
                && request.header("x-goog-encryption-key-sha256").orElse("").equals(digest);
        if (!good) {
            throw new Refusal(400, "customerEncryptionKeySha256IsIncorrect", "Missing or bad encryption headers.");
        }
        return Optional.of(digest);
    }

    private Reply stat(Request request) throws Refusal {
        request.allow(Set.of("fields", "generation"));
        return Reply.json(
                200,
                bucket(request.bucket())
                        .require(request.bucket(), request.object())
                        .resource());
    }

    private Reply read(Request request) throws Refusal {
        request.allow(Set.of("generation"));
        Optional<StoredObject> found = bucket(request.bucket())
                .find(request.object(), Optional.ofNullable(request.query().get("generation")));
        if (found.isEmpty()) {
            // Downloads are refused in plain words.
            return Reply.text(404, "No such object: " + request.bucket() + "/" + request.object());
        }
        StoredObject object = found.get();
        checkKey(object, customerKey(request));
        byte[] bytes = object.bytes();
        Reply reply = new Reply(
                200,
                Map.of(
                        "Content-Type",
                        "application/octet-stream",
                        "x-goog-hash",
                        "crc32c=" + StoredObject.crc32c(bytes) + ",md5=" + Hashes.md5(bytes),
                        "x-goog-generation",
                        Long.toString(object.generation()),
                        "x-goog-stored-content-length",
                        Integer.toString(bytes.length)),
                bytes);
        Optional<String> range = request.header("range");
        return range.isEmpty() ? reply : part(reply, range.get());
    }

    private static void checkKey(StoredObject object, Optional<String> key) throws Refusal {
        if (object.customerKey().equals(key)) {
            return;
        }
        throw object.customerKey().isEmpty()
                ? new Refusal(
                        400,
                        "resourceNotEncryptedWithCustomerEncryptionKey",
                        "The target object is not encrypted by a customer-supplied encryption key.")
                : key.isEmpty()
                        ? new Refusal(
                                400,
                                "resourceIsEncryptedWithCustomerEncryptionKey",
                                "The target object is encrypted by a customer-supplied encryption key.")
                        : new Refusal(
                                400, "customerEncryptionKeyIsIncorrect", "The provided encryption key is incorrect.");
    }

    private static Reply part(Reply whole, String range) throws Refusal {
        Matcher wanted = RANGE.matcher(range);
        if (!wanted.matches()) {
            throw Refusal.invalid("range " + range);
        }
        int size = whole.body().length;
        long first = Long.parseLong(wanted.group(1));
        long last = Math.min(Long.parseLong(wanted.group(2)), size - 1L);
        if (first >= size) {
            return Reply.text(416, "The requested range cannot be satisfied.").with("Content-Range", "bytes */" + size);
        }
        return new Reply(206, whole.headers(), Arrays.copyOfRange(whole.body(), (int) first, (int) last + 1))
                .with("Content-Range", "bytes " + first + "-" + last + "/" + size);
    }

    private Reply list(Request request) throws Refusal {
        request.allow(Set.of("prefix", "delimiter", "maxResults", "pageToken", "fields", "versions"));
        String prefix = request.query().getOrDefault("prefix", "");
        String delimiter = request.query().getOrDefault("delimiter", "");
        int most = Math.min(MAX_PAGE, Integer.parseInt(request.query().getOrDefault("maxResults", "1000")));
        StoredBucket bucket = bucket(request.bucket());
        boolean versions = "true".equals(request.query().get("versions"));
        Page page = new Page(versions ? bucket.versions() : bucket.objects(), prefix, delimiter);
        JsonObject body = new JsonObject();
        body.addProperty("kind", "storage#objects");
        page.fill(PageToken.read(request.query().get("pageToken")), most);
        page.next().ifPresent(next -> body.addProperty("nextPageToken", PageToken.write(next)));
        if (!page.items().isEmpty()) {
            JsonArray items = new JsonArray();
            page.items().forEach(item -> items.add(item.resource()));
            body.add("items", items);
        }
        if (!page.prefixes().isEmpty()) {
            JsonArray prefixes = new JsonArray();
            new TreeSet<>(page.prefixes()).forEach(prefixes::add);
            body.add("prefixes", prefixes);
        }
        return Reply.json(200, body);
    }

    private Reply delete(Request request) throws Refusal {
        request.allow(Set.of("generation"));
        StoredBucket bucket = bucket(request.bucket());
        StoredObject object = bucket.require(request.bucket(), request.object());
        Optional<Refusal> protection = object.protection(clock.instant());
        if (protection.isPresent()) {
            throw protection.get();
        }
        String generation = request.query().getOrDefault("generation", Long.toString(object.generation()));
        if (Long.parseLong(generation) != object.generation()
                || !bucket.objects().remove(request.object(), object)) {
            throw new Refusal(404, "notFound", "No such object: " + request.bucket() + "/" + request.object());
        }
        bucket.gone(object, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        return new Reply(204, Map.of(), new byte[0]);
    }
}
