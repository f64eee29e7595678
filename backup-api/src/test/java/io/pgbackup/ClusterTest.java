package io.pgbackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClusterTest {
    @Test
    void namesThatRepositoriesUseThemselvesAreRefused() {
        for (String name : new String[] {"keys", "format", "", "../other", "a/b", ".hidden"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Cluster.named(name));
        }
        assertThat(Cluster.named("keys-2").withoutServer().name()).isEqualTo("keys-2");
    }

    @Test
    void aLockLastsForSomeTime() {
        Duration day = Duration.ofDays(1);
        assertThatIllegalArgumentException().isThrownBy(() -> ObjectLock.governance(Duration.ZERO, day));
        assertThatIllegalArgumentException().isThrownBy(() -> ObjectLock.compliance(day.negated(), day));
        assertThatIllegalArgumentException().isThrownBy(() -> ObjectLock.compliance(day, day.negated()));
        assertThat(ObjectLock.compliance(day, Duration.ZERO).chain()).isZero();
    }
}
