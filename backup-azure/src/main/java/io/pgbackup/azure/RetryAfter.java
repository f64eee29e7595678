package io.pgbackup.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long the store asked to wait. */
final class RetryAfter {
    private static final HttpHeaderName MILLISECONDS = HttpHeaderName.fromString("x-ms-retry-after-ms");
    private static final long LONGEST_SECONDS = 3_600;

    private RetryAfter() {}

    /** Null unless the store named a number of seconds or milliseconds; a date is not trusted, for it needs equal clocks. */
    static @Nullable Duration of(HttpHeaders headers) {
        Long milliseconds = number(headers.getValue(MILLISECONDS));
        if (milliseconds != null) {
            return Duration.ofMillis(Math.min(milliseconds, LONGEST_SECONDS * 1000));
        }
        Long seconds = number(headers.getValue(HttpHeaderName.RETRY_AFTER));
        return seconds == null ? null : Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
    }

    private static @Nullable Long number(@Nullable String value) {
        return value != null && value.strip().matches("[0-9]{1,12}") ? Long.valueOf(value.strip()) : null;
    }
}
