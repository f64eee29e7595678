package io.pgbackup.core.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.VerifyReport.Finding;
import io.pgbackup.catalog.VerifyReport.Severity;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProviderExpiryTest {
    private static final BackupLabel OLD = BackupLabel.parse("20260101-120000F");
    private static final BackupLabel OLD_TOO = BackupLabel.parse("20260101-120000F_20260105-120000I");
    private static final BackupLabel YOUNG = BackupLabel.parse("20260101-120000F_20260301-120000I");

    private final ProviderExpiry expiry =
            new ProviderExpiry(Duration.ofDays(30), Instant.parse("2026-03-02T00:00:00Z"));

    @Test
    void whatIsGoneOfABackupOlderThanTheRuleIsNoDamage() {
        Finding finding = explained(ErrorCode.OBJECT_MISSING, OLD, OLD, OLD_TOO);

        assertThat(finding.code()).isEqualTo(ErrorCode.EXPIRED_BY_PROVIDER);
        assertThat(finding.severity()).isEqualTo(Severity.NOTICE);
        assertThat(finding.affects()).isEmpty();
        assertThat(finding.message()).startsWith("expired by the provider: ").contains("30 days");
    }

    @Test
    void aRuleThatIsShorterThanTheChainsIsDamageWithThatCause() {
        Finding finding = explained(ErrorCode.OBJECT_MISSING, OLD, OLD, YOUNG);

        assertThat(finding.code()).isEqualTo(ErrorCode.EXPIRED_BY_PROVIDER);
        assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
        assertThat(finding.affects()).containsExactly(YOUNG);
        assertThat(finding.message()).contains("the rule is too short");
    }

    @Test
    void whatIsGoneOfAYoungBackupWasNotTheRule() {
        Finding finding = explained(ErrorCode.OBJECT_MISSING, YOUNG, YOUNG);

        assertThat(finding.code()).isEqualTo(ErrorCode.OBJECT_MISSING);
        assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
    }

    @Test
    void aRuleDamagesNothing() {
        assertThat(explained(ErrorCode.REPOSITORY_DAMAGED, OLD, OLD).code()).isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
    }

    private Finding explained(ErrorCode code, BackupLabel owner, BackupLabel... affects) {
        Finding finding = new Finding(
                Severity.DAMAGE, code, Optional.of(owner), "main/data/x", Optional.empty(), List.of(affects), "gone");
        return expiry.explain(List.of(finding)).get(0);
    }
}
