package io.pgbackup.gcs.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a body of many parts apart. Works on ISO-8859-1, where a character is a byte. */
final class Multipart {
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?");

    private Multipart() {}

    record Part(Map<String, String> headers, byte[] body) {}

    static List<Part> parse(Optional<String> contentType, String type, byte[] body) throws Refusal {
        Matcher boundary = BOUNDARY.matcher(contentType.orElse(""));
        if (!contentType.orElse("").startsWith(type) || !boundary.find()) {
            throw Refusal.invalid("the body is not " + type + " but " + contentType);
        }
        byte[] delimiter = ("--" + boundary.group(1)).getBytes(StandardCharsets.ISO_8859_1);
        List<Part> parts = new ArrayList<>();
        int begin = find(body, delimiter, 0);
        while (begin >= 0) {
            int content = begin + delimiter.length;
            if (content + 1 < body.length && body[content] == '-' && body[content + 1] == '-') {
                return parts;
            }
            int end = find(body, delimiter, content);
            if (end < 0) {
                break;
            }
            parts.add(part(Arrays.copyOfRange(body, content + 2, end - 2)));
            begin = end;
        }
        throw Refusal.invalid("the body has no end");
    }

    private static Part part(byte[] bytes) throws Refusal {
        int blank = find(bytes, new byte[] {'\r', '\n', '\r', '\n'}, 0);
        if (blank < 0) {
            throw Refusal.invalid("a part without an empty line");
        }
        return new Part(
                headers(new String(bytes, 0, blank, StandardCharsets.ISO_8859_1)),
                Arrays.copyOfRange(bytes, blank + 4, bytes.length));
    }

    static Map<String, String> headers(String text) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line : text.split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
        }
        return headers;
    }

    private static int find(byte[] bytes, byte[] wanted, int from) {
        for (int index = from; index <= bytes.length - wanted.length; index++) {
            if (bytes[index] == wanted[0]
                    && Arrays.equals(bytes, index, index + wanted.length, wanted, 0, wanted.length)) {
                return index;
            }
        }
        return -1;
    }
}
