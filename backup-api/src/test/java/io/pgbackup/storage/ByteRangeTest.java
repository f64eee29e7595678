package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({"-1,0", "0,-1", "1,9223372036854775807", "9223372036854775807,1"})
    void refusesWhatIsNoRange(long offset, long length) {
        assertThatThrownBy(() -> ByteRange.of(offset, length)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void allSelectsTheWholeObject() {
        assertThat(ByteRange.all().isAll()).isTrue();
        assertThat(ByteRange.all().lengthWithin(0)).isZero();
        assertThat(ByteRange.all().lengthWithin(17)).isEqualTo(17);
    }

    @Test
    void aRangeIsNotAllEvenIfItSelectsEverything() {
        assertThat(ByteRange.of(0, 17).isAll()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "0,10,10", "10,0,10", "9,1,10", "0,0,10"})
    void liesWithin(long offset, long length, long size) {
        assertThat(ByteRange.of(offset, length).lengthWithin(size)).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({"0,1,0", "0,11,10", "10,1,10", "11,0,10", "1,10,10", "1,9223372036854775806,10"})
    void doesNotLieWithin(long offset, long length, long size) {
        assertThatThrownBy(() -> ByteRange.of(offset, length).lengthWithin(size))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining(offset + "+" + length);
    }
}
