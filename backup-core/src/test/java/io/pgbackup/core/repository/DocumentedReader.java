package io.pgbackup.core.repository;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.jpountz.lz4.LZ4Factory;

/** Reads an encrypted repository by FORMAT.md alone: written from the document, and using nothing of the library. */
final class DocumentedReader {
    /** A file as the manifest has it. */
    record DocumentedFile(
            String path,
            long size,
            byte[] digest,
            List<long[]> frames,
            List<String> bundles,
            int unitSize,
            List<int[]> units,
            int[] zeros,
            boolean overlay) {}

    private final Function<String, byte[]> objects;
    private final byte[] repositoryId;
    private final Map<Integer, byte[]> masters = new HashMap<>();

    DocumentedReader(Function<String, byte[]> objects, byte[] rawKey) throws GeneralSecurityException {
        this.objects = objects;
        String format = new String(unencrypted(objects.apply("format")), StandardCharsets.UTF_8);
        this.repositoryId = HexFormat.of().parseHex(field(format, "id"));
        this.masters.put(1, unwrap(unencrypted(objects.apply("keys/1/0")), rawKey, 1));
    }

    /** §4: the generations of a ring whose slot 0 the key opens. */
    void readRing(int version, byte[] rawKey) throws GeneralSecurityException {
        String key = "keys/ring/" + version;
        int current = ByteBuffer.wrap(objects.apply(key)).getInt(8);
        masters.put(current, unwrap(unencrypted(objects.apply("keys/" + current + "/0")), rawKey, current));
        String ring = new String(content(key), StandardCharsets.UTF_8);
        Matcher generations =
                Pattern.compile("\"generations\"\\s*:\\s*\\[([^]]*)]").matcher(ring);
        if (!generations.find()) {
            throw new IllegalStateException(ring);
        }
        Matcher generation = Pattern.compile("\\d+").matcher(generations.group(1));
        while (generation.find()) {
            int number = Integer.parseInt(generation.group());
            masters.put(number, unwrap(unencrypted(objects.apply("keys/" + number + "/0")), rawKey, number));
        }
    }

    /** §3, suite 0: the frames of format and key slots, which this reader trusts. */
    private static byte[] unencrypted(byte[] object) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.wrap(object).position(45);
        while (in.hasRemaining()) {
            int payload = in.getInt();
            int word = in.getInt();
            byte[] bytes = new byte[payload];
            in.get(bytes);
            content.writeBytes(expand(java.util.Arrays.copyOf(bytes, payload - 8), word));
        }
        return content.toByteArray();
    }

    /** §4: what a service made of the material of slot 0. */
    static byte[] wrappedMaterial(byte[] object) {
        ByteBuffer in = ByteBuffer.wrap(unencrypted(object)).position(8 + 16);
        take(in, in.getShort());
        take(in, in.getShort());
        return take(in, in.getShort());
    }

    /** §4; of a slot by a service the material takes the place of the raw key. */
    private byte[] unwrap(byte[] slot, byte[] rawKey, int generation) throws GeneralSecurityException {
        ByteBuffer in = ByteBuffer.wrap(slot);
        if (in.get() != 1 || in.getInt() != generation || in.getShort() != 0) {
            throw new IllegalStateException("not slot 0 of generation " + generation);
        }
        int derivation = in.get();
        byte[] salt = take(in, 16);
        if (derivation == 3) {
            take(in, in.getShort());
            take(in, in.getShort());
            take(in, in.getShort());
        } else if (derivation != 1) {
            throw new IllegalStateException("derivation " + derivation);
        }
        byte[] bound = join(
                "pgbackup key slot".getBytes(StandardCharsets.US_ASCII),
                repositoryId,
                java.util.Arrays.copyOf(slot, in.position()));
        byte[] nonce = take(in, 12);
        Cipher cipher = gcm(hkdf(rawKey, salt, bound), nonce);
        cipher.updateAAD(bound);
        return cipher.doFinal(take(in, 48));
    }

    /** §3, suite 1: every frame of an object. */
    List<byte[]> frames(String key) throws GeneralSecurityException {
        byte[] object = objects.apply(key);
        List<byte[]> frames = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(object).position(45);
        for (long number = 0; in.hasRemaining(); number++) {
            int begin = in.position();
            int payload = in.getInt();
            frames.add(frame(key, object, number, begin, 8 + payload));
            in.position(begin + 8 + payload);
        }
        return frames;
    }

    private byte[] frame(String key, byte[] object, long number, int offset, int stored)
            throws GeneralSecurityException {
        byte[] header = java.util.Arrays.copyOf(object, 45);
        byte[] salt = java.util.Arrays.copyOfRange(object, 12, 44);
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        byte[] info = join(
                "pgbackup object".getBytes(StandardCharsets.US_ASCII),
                repositoryId,
                ByteBuffer.allocate(3)
                        .put(object[4])
                        .putShort((short) name.length)
                        .array(),
                name);
        byte[] nonce =
                ByteBuffer.allocate(12).putLong(number).put(object[offset + 4]).array();
        byte[] master =
                Objects.requireNonNull(masters.get(ByteBuffer.wrap(object).getInt(8)), "generation");
        Cipher cipher = gcm(hkdf(master, salt, info), nonce);
        cipher.updateAAD(header);
        cipher.updateAAD(object, offset, 8);
        byte[] content = cipher.doFinal(object, offset + 8, stored - 8);
        return expand(content, ByteBuffer.wrap(object).getInt(offset + 4));
    }

    byte[] content(String key) throws GeneralSecurityException {
        return join(frames(key).toArray(new byte[0][]));
    }

    /** §7. */
    List<DocumentedFile> files(String set, int page) throws GeneralSecurityException {
        ByteBuffer in = ByteBuffer.wrap(content(set + "/manifest/0/" + page));
        int pageSize = (int) number(in);
        List<String> bundles = new ArrayList<>();
        for (long left = number(in); left > 0; left--) {
            long sequence = number(in);
            byte[] header = take(in, (int) number(in));
            String key = set + "/bundle/" + sequence / 1000 + "/" + sequence;
            if (!java.util.Arrays.equals(header, java.util.Arrays.copyOf(objects.apply(key), header.length))) {
                throw new IllegalStateException(key + " is another object");
            }
            bundles.add(key);
        }
        for (long left = number(in); left > 0; left--) {
            take(in, (int) number(in));
        }
        List<DocumentedFile> files = new ArrayList<>();
        byte[] path = new byte[0];
        for (long left = number(in); left > 0; left--) {
            byte[] shared = java.util.Arrays.copyOf(path, (int) number(in));
            path = join(shared, take(in, (int) number(in)));
            int kind = in.get();
            long size = number(in);
            number(in);
            number(in);
            number(in);
            in.getLong();
            if (kind == 2) {
                take(in, (int) number(in));
            } else if (kind > 2) {
                files.add(file(
                        in,
                        new String(path, StandardCharsets.UTF_8),
                        size,
                        kind == 4 ? pageSize : 65_536,
                        bundles,
                        kind == 4));
            }
        }
        return files;
    }

    private static DocumentedFile file(
            ByteBuffer in, String path, long size, int unitSize, List<String> bundles, boolean paged) {
        byte[] digest = take(in, 32);
        number(in);
        boolean overlay = in.get() == 1;
        List<long[]> frames = new ArrayList<>();
        List<String> frameBundles = new ArrayList<>();
        List<int[]> units = new ArrayList<>();
        int storedUnits = 0;
        long count = number(in);
        while (frames.size() < count) {
            String bundle = bundles.get((int) number(in));
            long number = number(in);
            long offset = number(in);
            for (long left = number(in); left > 0; left--) {
                long stored = number(in);
                frames.add(new long[] {number++, offset, stored});
                frameBundles.add(bundle);
                units.add(runs(in));
                storedUnits += units.get(units.size() - 1).length;
                offset += stored;
            }
        }
        int[] zeros = runs(in);
        take(in, paged ? storedUnits * 8 : 0);
        return new DocumentedFile(path, size, digest, frames, frameBundles, unitSize, units, zeros, overlay);
    }

    /** The content of a file that is stored whole. */
    byte[] read(DocumentedFile file) throws GeneralSecurityException {
        return read(List.of(file));
    }

    /** §7, levels and overlays: what a file of the set looks like, laid together from all levels that hold its path, the set's own first. */
    byte[] read(List<DocumentedFile> newestFirst) throws GeneralSecurityException {
        int needed = 1;
        while (newestFirst.get(needed - 1).overlay()) {
            needed++;
        }
        byte[] content = new byte[(int) newestFirst.get(0).size()];
        for (int level = needed - 1; level >= 0; level--) {
            lay(newestFirst.get(level), content);
        }
        return content;
    }

    private void lay(DocumentedFile file, byte[] content) throws GeneralSecurityException {
        for (int unit : file.zeros()) {
            int begin = Math.min(content.length, unit * file.unitSize());
            java.util.Arrays.fill(content, begin, Math.min(content.length, begin + file.unitSize()), (byte) 0);
        }
        for (int index = 0; index < file.frames().size(); index++) {
            long[] frame = file.frames().get(index);
            String key = file.bundles().get(index);
            byte[] plain = frame(key, objects.apply(key), frame[0], (int) frame[1], (int) frame[2]);
            int position = 0;
            for (int unit : file.units().get(index)) {
                int length = (int) Math.min(file.unitSize(), file.size() - (long) unit * file.unitSize());
                int kept = Math.max(0, Math.min(length, content.length - unit * file.unitSize()));
                System.arraycopy(plain, position, content, kept == 0 ? 0 : unit * file.unitSize(), kept);
                position += length;
            }
        }
    }

    /** §5 and §7: the levels that a root adds to those of its base, each a set and the pages of it that count, oldest first. */
    static java.util.Map<String, List<Integer>> adopted(String root) {
        java.util.Map<String, List<Integer>> adopted = new java.util.LinkedHashMap<>();
        Matcher set = Pattern.compile(
                        "\"label\"\\s*:\\s*\"([^\"]+)\"\\s*,\\s*\"pages\"\\s*:\\s*\\[(.*?)\\]", Pattern.DOTALL)
                .matcher(root);
        while (set.find()) {
            List<Integer> pages = new ArrayList<>();
            Matcher number = Pattern.compile("\"number\"\\s*:\\s*([0-9]+)").matcher(set.group(2));
            while (number.find()) {
                pages.add(Integer.parseInt(number.group(1)));
            }
            adopted.put(set.group(1), pages);
        }
        return adopted;
    }

    /** §6: path and units of each frame of a bundle. */
    List<String> index(String bundle) throws GeneralSecurityException {
        List<byte[]> frames = frames(bundle);
        int count = (int) ByteBuffer.wrap(frames.get(frames.size() - 1)).getLong();
        ByteBuffer in =
                ByteBuffer.wrap(join(frames.subList(count, frames.size() - 1).toArray(new byte[0][])));
        List<String> index = new ArrayList<>();
        String path = "";
        for (long left = number(in); left > 0; left--) {
            if (in.get() == 1) {
                path = new String(take(in, (int) number(in)), StandardCharsets.UTF_8);
                number(in);
            }
            number(in);
            int[] units = runs(in);
            index.add(path + " " + units[0] + "+" + units.length);
        }
        return index;
    }

    private static int[] runs(ByteBuffer in) {
        List<Integer> units = new ArrayList<>();
        int end = 0;
        for (long left = number(in); left > 0; left--) {
            int first = end + (int) number(in);
            end = first + (int) number(in);
            for (int unit = first; unit < end; unit++) {
                units.add(unit);
            }
        }
        return units.stream().mapToInt(Integer::intValue).toArray();
    }

    private static long number(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte octet = in.get();
            value |= (long) (octet & 0x7F) << shift;
            if (octet >= 0) {
                return value;
            }
        }
    }

    private static byte[] expand(byte[] content, int word) {
        byte[] plain = new byte[word & 0xFFFFFF];
        int codec = word >>> 24 & 0x3F;
        if (codec == 0) {
            return content;
        }
        if (codec != 1) {
            throw new IllegalStateException("this reader knows lz4 only");
        }
        LZ4Factory.safeInstance().safeDecompressor().decompress(content, 0, content.length, plain, 0, plain.length);
        return plain;
    }

    private static byte[] hkdf(byte[] input, byte[] salt, byte[] info) throws GeneralSecurityException {
        byte[] key = hmac(salt, input);
        return hmac(key, join(info, new byte[] {1}));
    }

    private static byte[] hmac(byte[] key, byte[] data) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(data);
    }

    private static Cipher gcm(byte[] key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        return cipher;
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    static String field(String json, String name) {
        Matcher matcher =
                Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException("no field " + name + " in " + json);
        }
        return matcher.group(1);
    }
}
