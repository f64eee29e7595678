package io.pgbackup.core.postgres.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExcludePatternTest {
    @Test
    void matchesWholeComponentsFromTheTop() {
        ExcludePattern core = ExcludePattern.parse("core.*");
        assertThat(core.matches(ClusterPath.of("core.123"))).isTrue();
        assertThat(core.matches(ClusterPath.of("foo/core.123"))).isFalse();
        assertThat(core.matches(ClusterPath.of("xcore.1"))).isFalse();
        ExcludePattern log = ExcludePattern.parse("log/");
        assertThat(log.matches(ClusterPath.of("log"))).isFalse();
        assertThat(log.matchesContents(ClusterPath.of("log"))).isTrue();
        assertThat(log.matchesContents(ClusterPath.of("foo/log"))).isFalse();
        assertThat(ExcludePattern.parse("conf.?/[x]")).hasToString("conf.?/[x]");
        assertThat(ExcludePattern.parse("conf.?/[x]").matches(ClusterPath.of("conf.d/[x]")))
                .isTrue();
        assertThat(ExcludePattern.parse("conf.?/[x]").matches(ClusterPath.of("conf.d/x")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base",
                "base/",
                "base/5",
                "global/x",
                "*",
                "pg_*",
                "pg_xact/0000",
                "PG_VERSION",
                "?ase/1",
                "/log",
                "a/../b",
                "",
                "/",
                "pg_wal/",
                "pg_tblspc/16384",
                "postgresql.auto.conf"
            })
    void whatPostgresNeedsCannotBeExcluded(String text) {
        assertThatThrownBy(() -> ExcludePattern.parse(text)).isInstanceOf(ConfigurationException.class);
    }
}
