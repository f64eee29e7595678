package io.pgbackup.gcs.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Where the next page begins, in a form with characters that addresses must escape. */
final class PageToken {
    private static final String MARK = "+/=&#% ";

    private PageToken() {}

    static String write(String name) {
        return MARK + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    /** The name to go on after; empty for the beginning. */
    static String read(@Nullable String token) throws Refusal {
        if (token == null) {
            return "";
        }
        if (!token.startsWith(MARK)) {
            throw Refusal.invalid("Invalid argument: page token.");
        }
        return new String(Base64.getDecoder().decode(token.substring(MARK.length())), StandardCharsets.UTF_8);
    }
}
