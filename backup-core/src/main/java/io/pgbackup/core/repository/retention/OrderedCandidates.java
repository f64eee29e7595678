package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Candidates in the order in which they were taken. A label is always later than every label that was there before, so labels tell the order even
 * when a clock went wrong; the age of a set is that of the latest moment claimed by it or any set before it. A wrong clock can so make sets
 * look too young, which keeps more, never too old. Immutable.
 */
final class OrderedCandidates {
    private final List<Candidate> all;
    private final List<Candidate> usable;
    private final List<Candidate> fulls;
    private final Map<BackupLabel, Instant> times = new HashMap<>();

    OrderedCandidates(Collection<Candidate> candidates) {
        List<Candidate> sorted = new ArrayList<>(candidates);
        sorted.sort(Comparator.comparing(Candidate::taken).thenComparing(Candidate::label));
        this.all = List.copyOf(sorted);
        this.usable = all.stream().filter(Candidate::isUsable).toList();
        this.fulls = usable.stream().filter(Candidate::isUsableFull).toList();
        Instant latest = Instant.MIN;
        for (Candidate candidate : usable) {
            Instant begun = candidate.taken().toInstant(ZoneOffset.UTC);
            Instant ended = candidate.stopped().isAfter(begun) ? candidate.stopped() : begun;
            latest = ended.isAfter(latest) ? ended : latest;
            times.put(candidate.label(), latest);
        }
    }

    List<Candidate> all() {
        return all;
    }

    /** Those that count. */
    List<Candidate> usable() {
        return usable;
    }

    /** The newest so many full ones. */
    List<Candidate> newestFulls(int count) {
        return fulls.subList(Math.max(0, fulls.size() - count), fulls.size());
    }

    /** Those that count and lean on a full one, in order. */
    List<Candidate> dependants(Candidate full) {
        return usable.stream()
                .filter(candidate -> candidate.references().contains(full.label()))
                .filter(candidate -> candidate.label().type() != BackupType.FULL)
                .toList();
    }

    /** When a set that counts was complete. */
    Instant time(Candidate candidate) {
        return times.getOrDefault(candidate.label(), candidate.stopped());
    }
}
