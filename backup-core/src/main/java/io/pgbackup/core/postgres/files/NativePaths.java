package io.pgbackup.core.postgres.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * Paths of the local file system to bytes and back. The text form of a {@link Path} loses bytes that are not valid in the JVM's file name
 * encoding, which may be plain ASCII; its URI keeps them all, so everything that is not ASCII goes that way.
 */
public final class NativePaths {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private NativePaths() {}

    /**
     * The bytes of a path.
     *
     * @param path absolute, unless it is ASCII
     * @return its bytes
     */
    public static byte[] bytes(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        String encoded = path.toUri().getRawPath();
        // The URI of a directory ends in a slash which the path does not have.
        int length = encoded.length() > 1 && encoded.endsWith("/") ? encoded.length() - 1 : encoded.length();
        return decode(encoded.substring(0, length));
    }

    /** The bytes of the last component of an absolute path. */
    static byte[] nameBytes(Path path) {
        String text = String.valueOf(path.getFileName());
        if (isAscii(text)) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        byte[] whole = bytes(path);
        int start = whole.length;
        while (whole[start - 1] != '/') {
            start--;
        }
        return java.util.Arrays.copyOfRange(whole, start, whole.length);
    }

    /**
     * A path from its bytes.
     *
     * @param bytes of an absolute path
     * @return the path
     */
    public static Path absolute(byte[] bytes) {
        return resolve(Path.of("/"), bytes);
    }

    /**
     * A path below a directory.
     *
     * @param directory absolute, unless the relative path is ASCII
     * @param relative bytes of the rest
     * @return the path
     */
    public static Path resolve(Path directory, byte[] relative) {
        String text = new String(relative, StandardCharsets.ISO_8859_1);
        if (isAscii(text)) {
            return directory.resolve(text);
        }
        String base = directory.toUri().toASCIIString();
        return Path.of(URI.create(base + (base.endsWith("/") ? "" : "/") + encode(relative)));
    }

    /**
     * The names in a directory.
     *
     * @param directory absolute
     * @return their bytes, in the order of {@link ClusterPath}
     * @throws IOException if it cannot be read
     */
    public static List<byte[]> names(Path directory) throws IOException {
        return LocalDirectory.list(directory);
    }

    private static boolean isAscii(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 3);
        for (byte value : bytes) {
            boolean plain =
                    value >= 'a' && value <= 'z' || value >= 'A' && value <= 'Z' || value >= '0' && value <= '9';
            if (plain || value == '/' || value == '_' || value == '.' || value == '-') {
                text.append((char) value);
            } else {
                text.append('%').append(HEX.toHexDigits(value));
            }
        }
        return text.toString();
    }

    private static byte[] decode(String encoded) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int at = 0; at < encoded.length(); at++) {
            char c = encoded.charAt(at);
            if (c == '%') {
                bytes.write(HexFormat.fromHexDigits(encoded, at + 1, at + 3));
                at += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }
}
