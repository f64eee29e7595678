package io.pgbackup.core.hostile;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Something that reads bytes that came from elsewhere.
 *
 * @param name of it
 * @param valid inputs that it accepts
 * @param rewrite reads an input and writes what it understood, so that another reading can be compared; empty if there is no written form
 * @param refusal tells its own exception from all others
 */
record Parser(
        String name,
        List<byte[]> valid,
        Function<byte[], Optional<byte[]>> rewrite,
        Predicate<RuntimeException> refusal) {
    Parser {
        valid = List.copyOf(valid);
    }

    @Override
    public String toString() {
        return name;
    }
}
