package io.pgbackup.storage;

import java.util.Locale;

/** The one place that knows which strings are keys, and their order. */
final class KeySyntax {
    private KeySyntax() {}

    static String requireValid(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an object key cannot be empty");
        }
        if (value.length() > ObjectKey.MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "an object key has at most " + ObjectKey.MAX_LENGTH + " characters, not " + value.length());
        }
        value.codePoints().forEach(codePoint -> requireValid(value, codePoint));
        for (String segment : value.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new IllegalArgumentException("object key '" + value + "' has the segment '" + segment + "'");
            }
        }
        return value;
    }

    private static void requireValid(String value, int codePoint) {
        boolean unpaired = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        if (codePoint == '\\' || unpaired || Character.isISOControl(codePoint)) {
            throw new IllegalArgumentException("an object key cannot hold the character "
                    + String.format(Locale.ROOT, "U+%04X", codePoint) + " (" + value.length() + " characters)");
        }
    }

    static int compare(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int index = 0; index < shorter; index++) {
            char a = left.charAt(index);
            char b = right.charAt(index);
            if (a != b) {
                return Character.isSurrogate(a) == Character.isSurrogate(b)
                        ? Character.compare(a, b)
                        : Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
