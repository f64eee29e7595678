package io.pgbackup.s3;

import io.pgbackup.storage.ByteRange;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Which bytes of an object an answer holds, as its header says.
 *
 * @param first offset of the first byte
 * @param last offset of the last byte
 * @param size of the whole object
 */
record ContentRange(long first, long last, long size) {
    private static final Pattern FORM = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    /** The header of an answer; empty if there is none, or one that is not understood. */
    static Optional<ContentRange> of(GetObjectResponse answer) {
        if (answer.contentRange() == null) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(answer.contentRange());
        return matcher.matches()
                ? Optional.of(new ContentRange(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }

    /** Whether these bytes begin where the range does and end where it, or the object, does. */
    boolean answers(ByteRange range) {
        long wantedLast = Math.min(range.offset() + range.length(), size) - 1;
        return first == range.offset() && last == wantedLast;
    }

    long length() {
        return last - first + 1;
    }
}
