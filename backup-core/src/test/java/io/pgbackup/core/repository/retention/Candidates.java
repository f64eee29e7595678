package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.Pin;
import io.pgbackup.core.repository.retention.Candidate.Defect;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes candidates for tests of retention. */
final class Candidates {
    private Candidates() {}

    static Instant at(String date) {
        return LocalDateTime.parse(date + "T00:00:00").toInstant(ZoneOffset.UTC);
    }

    static Candidate full(String date) {
        return of(BackupLabel.full(LocalDateTime.parse(date + "T00:00:00")), List.of());
    }

    static Candidate full(Instant time) {
        return of(BackupLabel.full(LocalDateTime.ofInstant(time, ZoneOffset.UTC)), List.of());
    }

    static Candidate dependant(BackupType type, Candidate base, Instant time) {
        List<BackupLabel> references = new ArrayList<>(base.references());
        references.add(base.label());
        LocalDateTime taken = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        return of(BackupLabel.dependent(type, base.label().chain(), taken), references);
    }

    static Candidate incremental(Candidate base, String date) {
        return dependant(BackupType.INCREMENTAL, base, at(date));
    }

    static Candidate differential(Candidate base, String date) {
        return dependant(BackupType.DIFFERENTIAL, base, at(date));
    }

    private static Candidate of(BackupLabel label, List<BackupLabel> references) {
        Instant stopped = label.time().toInstant(ZoneOffset.UTC).plusSeconds(600);
        return new Candidate(
                label, label.time(), references, stopped, Optional.empty(), Optional.empty(), Optional.empty());
    }

    static Candidate broken(Candidate set) {
        return with(set, set.stopped(), Optional.of(new Defect(false, "its manifest is missing")), set.pin());
    }

    static Candidate unreadable(Candidate set) {
        return with(set, Instant.MIN, Optional.of(new Defect(true, "its record cannot be read")), set.pin());
    }

    static Candidate stopped(Candidate set, Instant stopped) {
        return with(set, stopped, set.defect(), set.pin());
    }

    static Candidate pinned(Candidate set, Optional<Instant> until) {
        Pin pin = new Pin("repository", set.label(), "audit", Instant.EPOCH, until);
        return with(set, set.stopped(), set.defect(), Optional.of(pin));
    }

    static Candidate locked(Candidate set, Instant until) {
        return new Candidate(
                set.label(), set.taken(), set.references(), set.stopped(), set.defect(), set.pin(), Optional.of(until));
    }

    private static Candidate with(Candidate set, Instant stopped, Optional<Defect> defect, Optional<Pin> pin) {
        return new Candidate(set.label(), set.taken(), set.references(), stopped, defect, pin, set.lockedUntil());
    }
}
