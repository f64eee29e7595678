package io.pgbackup.core.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecSpecTest {
    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zstd:1", "zstd:3", "zstd:9", "zstd:10", "zstd:19"})
    void textComesBack(String text) {
        assertThat(CodecSpec.parse(text)).hasToString(text);
    }

    @Test
    void zstdWithoutLevelIsTheLowest() {
        assertThat(CodecSpec.parse("zstd")).isEqualTo(CodecSpec.zstd(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "gzip", "LZ4", "lz4:1", "none:0", "zstd:", "zstd:0", "zstd:01", "zstd:20", "zstd:-1", "zstd:3 "
            })
    void anythingElseIsRefusedWithItsName(String text) {
        assertThatThrownBy(() -> CodecSpec.parse(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("there is no compression '" + text + "'");
    }

    @Test
    void levelsBelongToZstdOnly() {
        assertThatIllegalArgumentException().isThrownBy(() -> CodecSpec.zstd(20));
        assertThatIllegalArgumentException().isThrownBy(() -> new CodecSpec(CodecId.LZ4, 1));
    }

    @Test
    void storedCodesNeverChange() {
        assertThat(CodecId.ofCode(0)).contains(CodecId.NONE);
        assertThat(CodecId.ofCode(1)).contains(CodecId.LZ4);
        assertThat(CodecId.ofCode(2)).contains(CodecId.ZSTD);
        assertThat(CodecId.ofCode(3)).isEmpty();
        assertThat(CodecId.values()).allMatch(id -> CodecId.ofCode(id.code()).orElseThrow() == id);
    }
}
