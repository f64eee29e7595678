package io.pgbackup.core.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes valid bytes as damage and malice do: bits, cuts, repeated and exchanged pieces, huge numbers, names that lead elsewhere. For one thread. */
final class Mutation {
    private static final List<byte[]> PIECES = List.of(
            ascii("../../etc/passwd"),
            ascii("/"),
            ascii(".."),
            ascii("\0"),
            ascii("\\"),
            ascii("%2F"),
            ascii("x".repeat(5000)),
            ascii("[".repeat(2000)),
            ascii("{\"a\":".repeat(300)),
            ascii("99999999999999999999999999"),
            ascii("-1"),
            ascii("1e999999"),
            ascii("null"),
            ascii("NaN"),
            ascii("\n"),
            ascii(": "),
            ascii("(file "),
            ascii("+999999999-12-31T23:59:60Z"),
            bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F),
            bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
            bytes(0xFF, 0xFF, 0xFF, 0xFF, 0x07),
            bytes(0x80, 0x80, 0x80, 0x80, 0x08),
            bytes(0x80, 0x80, 0x00),
            bytes(0x7F, 0xFF, 0xFF, 0xFF),
            bytes(0x80, 0, 0, 0),
            bytes(0xC0, 0xAF),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xFE, 0xFF));

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int index = 0; index < values.length; index++) {
            bytes[index] = (byte) values[index];
        }
        return bytes;
    }

    /** A valid input with some changes, or now and then something that never was valid. */
    byte[] of(List<byte[]> seeds) {
        if (random.nextInt(20) == 0) {
            byte[] noise = new byte[random.nextInt(random.nextInt(8) == 0 ? 20_000 : 200)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        int changes = 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 3);
        for (int change = 0; change < changes; change++) {
            bytes = changed(bytes, seeds);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes, List<byte[]> seeds) {
        int at = random.nextInt(bytes.length + 1);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextInt(3) == 0 ? 200 : 8));
        byte[] cut = Arrays.copyOfRange(bytes, at, end);
        byte[] none = {};
        return switch (random.nextInt(10)) {
            case 0 -> replaced(bytes, at, end, flipped(cut));
            case 1 -> replaced(bytes, at, end, none);
            case 2 -> replaced(bytes, at, at, cut);
            case 3 -> replaced(bytes, at, bytes.length, none);
            case 4 -> replaced(bytes, at, at, PIECES.get(random.nextInt(PIECES.size())));
            case 5 -> replaced(bytes, at, end, PIECES.get(random.nextInt(PIECES.size())));
            case 6 -> replaced(bytes, at, Math.min(bytes.length, at + 1), new byte[] {interesting()});
            case 7 -> replaced(replaced(bytes, at, end, none), random.nextInt(bytes.length - cut.length + 1), -1, cut);
            case 8 -> {
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                int from = random.nextInt(other.length + 1);
                yield replaced(bytes, at, end, Arrays.copyOfRange(other, from, random.nextInt(from, other.length + 1)));
            }
            default -> replaced(bytes, at, at, new byte[random.nextInt(40)]);
        };
    }

    private byte interesting() {
        int[] values = {0, 1, 2, 0x7F, 0x80, 0xFF, '/', '.', '"', '{', random.nextInt(256)};
        return (byte) values[random.nextInt(values.length)];
    }

    private byte[] flipped(byte[] bytes) {
        if (bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** The bytes with {@code from} to {@code end} replaced; an end before {@code from} means nothing is. */
    private static byte[] replaced(byte[] bytes, int from, int end, byte[] piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + piece.length);
        out.write(bytes, 0, from);
        out.writeBytes(piece);
        int rest = Math.max(from, end);
        out.write(bytes, rest, bytes.length - rest);
        return out.toByteArray();
    }
}
