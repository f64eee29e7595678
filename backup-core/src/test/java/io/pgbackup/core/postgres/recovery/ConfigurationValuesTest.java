package io.pgbackup.core.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ConfigurationValuesTest {
    private static ConfigurationValues values(String... files) {
        return ConfigurationValues.of(Arrays.stream(files)
                .map(file -> file.getBytes(StandardCharsets.ISO_8859_1))
                .toList());
    }

    @Test
    void numbersAreFoundHoweverTheyAreWritten() {
        ConfigurationValues values = values("""
                max_connections = 100            # (change requires restart)
                MAX_WAL_SENDERS 7
                max_worker_processes='8'
                #max_prepared_transactions = 5
                work_mem = 4MB
                """);
        assertThat(values.number("max_connections")).contains(100L);
        assertThat(values.number("max_wal_senders")).contains(7L);
        assertThat(values.number("max_worker_processes")).contains(8L);
        assertThat(values.number("max_prepared_transactions")).isEmpty();
        assertThat(values.number("work_mem")).isEmpty();
    }

    @Test
    void theLastOneWins() {
        assertThat(values("max_connections = 100\nmax_connections = 50\n", "max_connections = '10'\n")
                        .number("max_connections"))
                .contains(10L);
    }
}
