package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import org.junit.jupiter.api.Test;

class PayloadTest {
    @Test
    void deliversTheSameBytesAtEachOpening() throws Exception {
        Payload payload = Payload.of(new byte[] {1, 2, 3});
        for (int time = 0; time < 2; time++) {
            try (InputStream stream = payload.open()) {
                assertThat(stream.readAllBytes()).containsExactly(1, 2, 3);
            }
        }
        assertThat(payload.size()).isEqualTo(3);
    }

    @Test
    void deliversAPartOfAnArray() throws Exception {
        Payload payload = Payload.of(new byte[] {1, 2, 3, 4}, 1, 2);
        try (InputStream stream = payload.open()) {
            assertThat(stream.readAllBytes()).containsExactly(2, 3);
        }
        assertThat(payload.size()).isEqualTo(2);
    }

    @Test
    void refusesAPartThatDoesNotExist() {
        assertThatThrownBy(() -> Payload.of(new byte[2], 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
