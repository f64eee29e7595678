package io.pgbackup.core.repository.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RepositoryFormatTest {
    private final byte[] written = new RepositoryFormat(new byte[16], false, Instant.EPOCH).toBytes();

    @Test
    void readsWhatItWrites() {
        assertThat(RepositoryFormat.parse(written).toBytes()).isEqualTo(written);
    }

    /** Found by chance among thousands of damaged ones: the id fitted the text, but no cipher. */
    @Test
    void anIdOfAnotherLengthIsMalformed() {
        String text = new String(written, StandardCharsets.UTF_8).replace("\"00000000", "\"000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RepositoryFormat.parse(text.getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("16 bytes, not 15");
    }
}
