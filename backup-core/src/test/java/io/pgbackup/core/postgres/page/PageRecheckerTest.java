package io.pgbackup.core.postgres.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageRecheckerTest {
    private static final int SIZE = 8192;
    private static final Lsn BEFORE = Lsn.parse("1/100");
    private static final Lsn START = Lsn.parse("1/200");
    private static final Lsn AFTER = Lsn.parse("1/300");
    private static final Lsn NEWEST = Lsn.parse("1/400");

    private final byte[] old = PageBytes.page(SIZE, BEFORE, 4);
    private final byte[] written = PageBytes.page(SIZE, AFTER, 4);
    private final List<Duration> pauses = new ArrayList<>();
    private final PageRechecker rechecker =
            new PageRechecker(new PageCheck(SIZE, true), START, () -> NEWEST, pauses::add);

    @Test
    void tornPageThatBecomesWholeIsGood() {
        byte[] page = torn(old, written);

        RecheckOutcome outcome = rechecker.recheck(reads(torn(written, old), torn(written, old), written), page, 4);

        assertThat(outcome).isEqualTo(RecheckOutcome.GOOD);
        assertThat(page).isEqualTo(written);
        assertThat(pauses).containsExactly(Duration.ZERO, Duration.ofMillis(5), Duration.ofMillis(10));
    }

    @Test
    void tornPageThatShowsTheNewPositionIsCovered() {
        byte[] torn = torn(written, old);
        byte[] page = torn.clone();
        assertThat(rechecker.recheck(reads(torn, torn, torn, torn, torn), page, 4))
                .isEqualTo(RecheckOutcome.COVERED_BY_WAL);
        assertThat(page).isEqualTo(torn);
        assertThat(pauses).hasSize(5);
    }

    @Test
    void oldPageThatStaysBadIsDamaged() {
        byte[] torn = torn(old, written);
        assertThat(rechecker.recheck(reads(torn, torn, torn, torn, torn), torn.clone(), 4))
                .isEqualTo(RecheckOutcome.DAMAGED);
    }

    @Test
    void nobodyWaitsForThePagesOfAFileThatIsAllDamaged() {
        byte[] torn = torn(old, written);
        for (int page = 0; page < 2000; page++) {
            assertThat(rechecker.recheck(reads(torn, torn, torn, torn, torn), torn.clone(), 4))
                    .isEqualTo(RecheckOutcome.DAMAGED);
        }
        assertThat(pauses).hasSize(5 * 1000);
        assertThat(rechecker.recheck(reads(torn, written), torn.clone(), 4)).isEqualTo(RecheckOutcome.GOOD);
    }

    @Test
    void positionTheLogHasNotReachedProvesNothing() {
        byte[] page = PageBytes.page(SIZE, Lsn.parse("FFFF/0"), 4);
        page[100]++;
        assertThat(rechecker.recheck(reads(page, page, page, page, page), page.clone(), 4))
                .isEqualTo(RecheckOutcome.DAMAGED);
    }

    @Test
    void positionIsJudgedOnlyAfterTheLastRead() {
        byte[] showsOld = torn(old, written);
        byte[] showsNew = torn(written, old);
        assertThat(rechecker.recheck(reads(showsOld, showsOld, showsOld, showsOld, showsNew), showsOld.clone(), 4))
                .isEqualTo(RecheckOutcome.COVERED_BY_WAL);
    }

    @Test
    void truncationInBetweenIsNoDamage() {
        byte[] torn = torn(old, written);
        assertThat(rechecker.recheck(reads(torn, new byte[100]), torn.clone(), 4))
                .isEqualTo(RecheckOutcome.TRUNCATED);
        assertThat(rechecker.recheck(reads(new byte[0]), torn.clone(), 4)).isEqualTo(RecheckOutcome.TRUNCATED);
    }

    private static byte[] torn(byte[] head, byte[] tail) {
        byte[] page = head.clone();
        System.arraycopy(tail, SIZE / 2, page, SIZE / 2, SIZE / 2);
        return page;
    }

    /** Answers each read with the next bytes; one read too many fails. */
    private static PageSource reads(byte[]... answers) {
        List<byte[]> left = new ArrayList<>(List.of(answers));
        return page -> {
            byte[] answer = left.remove(0);
            System.arraycopy(answer, 0, page, 0, answer.length);
            return answer.length;
        };
    }
}
