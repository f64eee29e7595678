package io.pgbackup.core.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever bytes a parser is given: a value that is written as it is read, or its own exception; bounded memory and time. */
class HostileInputTest {
    private static final List<Parser> PARSERS = Parsers.all();

    @Provide
    Arbitrary<Parser> parsers() {
        return Arbitraries.of(PARSERS);
    }

    @Property(tries = 200)
    void damagedInputIsRefusedOrUnderstood(@ForAll("parsers") Parser parser, @ForAll long seed) {
        Mutation mutation = new Mutation(new Random(seed));
        Judge judge = new Judge();
        for (int round = 0; round < 100; round++) {
            judge.judge(parser, mutation.of(parser.valid()));
        }
    }

    @Test
    void validInputIsAccepted() {
        Judge judge = new Judge();
        long inputs = 0;
        for (Parser parser : PARSERS) {
            for (byte[] valid : parser.valid()) {
                judge.judge(parser, valid);
                inputs++;
            }
        }
        assertThat(judge.accepted()).isEqualTo(inputs);
    }

    /** Property {@code pgbackup.fuzz.minutes}: how long. The seed of a failure is in its message. */
    @Test
    @Tag("long")
    void damagedInputIsRefusedOrUnderstoodForLong() {
        Duration budget = Duration.ofMinutes(Long.getLong("pgbackup.fuzz.minutes", 10));
        long begin = System.nanoTime();
        long seed = begin;
        TreeMap<String, Judge> judges = new TreeMap<>();
        while (System.nanoTime() - begin < budget.toNanos()) {
            for (Parser parser : PARSERS) {
                Judge judge = judges.computeIfAbsent(parser.name(), name -> new Judge());
                Mutation mutation = new Mutation(new Random(++seed));
                for (int round = 0; round < 500; round++) {
                    judge.judge(parser, mutation.of(parser.valid()));
                }
            }
        }
        judges.forEach((name, judge) ->
                System.out.printf("%-45s %10d accepted %10d refused%n", name, judge.accepted(), judge.refused()));
        assertThat(judges.values())
                .allSatisfy(judge -> assertThat(judge.refused()).isPositive());
    }
}
