package io.pgbackup.core.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFileTest {
    @ParameterizedTest
    @ValueSource(ints = {1300, 1700, 1800})
    void readsItsFields(int version) {
        byte[] bytes = ControlFileBytes.of(
                version,
                fields -> fields.putInt(216, 16384).putInt(48, 0xFFFF_FFFF).putInt(252, 0));

        ControlFile control = ControlFile.parse(bytes);

        assertThat(control.blockSize()).isEqualTo(16384);
        assertThat(control.timeline()).isEqualTo(new Timeline(0xFFFF_FFFFL));
        assertThat(control.redo()).isEqualTo(Lsn.parse("0/2000028"));
        assertThat(control.checksums()).isFalse();
        assertThat(control.bytes()).isEqualTo(bytes);
    }

    @Test
    void everyDamagedByteIsNoticed() {
        byte[] good = ControlFileBytes.of(1800);
        for (int at = 0; at < 296; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            assertThat(refusal(bad)).isIn(ErrorCode.SOURCE_UNREADABLE, ErrorCode.UNSUPPORTED_SERVER);
        }
    }

    @Test
    void zerosAndShortFilesAreNoControlFile() {
        assertThat(refusal(new byte[8192])).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(refusal(new byte[100])).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    }

    @Test
    void unknownVersionsAndForeignMachinesAreRefused() {
        byte[] newer = ControlFileBytes.of(1900);
        ControlFileBytes.seal(newer, 300);
        assertThat(refusal(newer)).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
        assertThat(refusal(ControlFileBytes.of(Integer.reverseBytes(1300)))).isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
        assertThat(refusal(ControlFileBytes.of(1300, fields -> fields.putDouble(208, 1.0))))
                .isEqualTo(ErrorCode.UNSUPPORTED_SERVER);
        assertThat(refusal(ControlFileBytes.of(1300, fields -> fields.putInt(16, 9))))
                .isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    }

    /** Bytes whose checksum fits but that no server wrote. */
    @Test
    void impossibleContentIsRefusedWhenItIsRead() {
        for (int at : new int[] {48, 52, 216, 228}) {
            assertThat(refusal(ControlFileBytes.of(1700, fields -> fields.putInt(at, 0))))
                    .isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        }
        assertThat(refusal(ControlFileBytes.of(1700, fields -> fields.putInt(228, 12345))))
                .isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(refusal(ControlFileBytes.of(1700, fields -> fields.putLong(24, Long.MAX_VALUE))))
                .isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    }

    @Test
    void tornReadIsRepeated() {
        byte[] torn = ControlFileBytes.of(1700);
        torn[40]++;
        List<byte[]> reads = new ArrayList<>(List.of(torn, torn, ControlFileBytes.of(1700)));
        List<Duration> pauses = new ArrayList<>();

        ControlFile control = new ControlFileReader(pauses::add).read(() -> reads.remove(0));

        assertThat(control.redo()).isEqualTo(Lsn.parse("0/2000028"));
        assertThat(pauses).containsExactly(Duration.ofMillis(10), Duration.ofMillis(10));
    }

    @Test
    void damageThatStaysIsReportedInTheEnd() {
        byte[] torn = ControlFileBytes.of(1700);
        torn[40]++;
        List<Duration> pauses = new ArrayList<>();

        ClusterException failure =
                catchThrowableOfType(ClusterException.class, () -> new ControlFileReader(pauses::add).read(() -> torn));

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
        assertThat(pauses).hasSize(19);
    }

    private static ErrorCode refusal(byte[] bytes) {
        return catchThrowableOfType(ClusterException.class, () -> ControlFile.parse(bytes))
                .code();
    }
}
