package io.pgbackup.core.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionSettingsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://h/d?user=a&password=b",
                "jdbc:postgresql://h/d?PassWord=b",
                "postgres://h/d",
                "jdbc:postgresql://h/d?user=b"
            })
    void urlsWithPasswordsAndOthersAreRefused(String url) {
        assertThatThrownBy(() -> ConnectionSettings.of(url, "a")).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void printsNeitherPasswordNorParameters() {
        ConnectionSettings settings = ConnectionSettings.of("jdbc:postgresql://h/d?sslkey=x", "a")
                .password(SecretSource.value("pa55".toCharArray()))
                .property("sslmode", "require");
        assertThat(settings).hasToString("a at jdbc:postgresql://h/d");
        assertThatThrownBy(() -> settings.property("password", "x")).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void oldServersAreRefusedWithAHint() {
        assertThatThrownBy(() -> new ServerVersion(120022).requireSupported())
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("12.22");
        assertThat(new ServerVersion(130023).timeouts()).doesNotContain("idle_session_timeout", "transaction_timeout");
        assertThat(new ServerVersion(170011).timeouts()).contains("idle_session_timeout", "transaction_timeout");
    }

    @Test
    void labelsBecomeOneShortLine() {
        assertThat(BackupSession.sanitised("a\nb\tü~")).isEqualTo("a?b??~");
        assertThat(BackupSession.sanitised("x".repeat(3000))).hasSize(1000);
    }
}
