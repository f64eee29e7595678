package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.core.repository.lease.LeaseTerms;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for what is there and should not be: data of sets that never were, deletions that were interrupted, objects of others. For one thread.
 */
final class LeftoverCheck {
    /** Longer than any lease lives without being renewed, also if clocks differ: what is younger may be somebody's work. */
    private static final Duration LONGEST_SILENCE = LeaseTerms.STANDARD.term().multipliedBy(4);

    private static final Set<String> KNOWN_LEVELS = Set.of(
            "identity",
            "backup",
            "retire",
            "data",
            "lease",
            "job",
            "verify",
            "check",
            "wal",
            "summary",
            "dropped",
            "thinned",
            "dump");
    private static final Set<String> KNOWN_OF_SET = Set.of("bundle", "manifest", "begin", "start");

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;
    private final Findings findings;
    private final Set<BackupLabel> adopted = new HashSet<>();

    LeftoverCheck(OpenRepository repository, ClusterLayout layout, List<BackupRecord> records, Findings findings) {
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
        this.findings = findings;
        records.forEach(record -> adopted.addAll(record.adopted().labels()));
    }

    void check(Instant now) {
        findings.expecting(Optional.empty(), layout.identity(1), () -> new IdentityRecords(repository, layout).all());
        strangeRecords();
        catalog.labels().halfDeleted().forEach(this::halfDeleted);
        Instant lastHeard = repository.list(layout.leases()).objects().stream()
                .map(ObjectInfo::created)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        boolean silent = lastHeard.isBefore(now.minus(LONGEST_SILENCE));
        catalog.labels().unsettled().forEach(label -> unsettled(label, silent, now));
        findings.expecting(
                Optional.empty(), layout.identity(1), () -> catalog.abandoned().forEach(this::abandoned));
        findings.expecting(
                Optional.empty(), layout.identity(1), () -> catalog.ghosts().forEach(this::ghost));
        strangersAtTheTop();
        strangersInData();
    }

    private void strangeRecords() {
        for (ObjectKey key : catalog.labels().strangers()) {
            findings.expecting(Optional.empty(), key, () -> {
                throw repository.malformed(
                        key,
                        new IllegalArgumentException(
                                "its name is not a label: it was renamed, or does not belong here"));
            });
        }
    }

    private void halfDeleted(BackupLabel label) {
        if (!isEmpty(layout.set(label).root())) {
            findings.notice(
                    Optional.of(label),
                    ErrorCode.LEFT_BEHIND,
                    layout.set(label).root().toString(),
                    "its deletion was interrupted; the next expire ends it");
        }
    }

    private boolean isEmpty(ObjectPrefix prefix) {
        Listing listing = repository.list(prefix);
        return listing.objects().isEmpty() && listing.prefixes().isEmpty();
    }

    private void abandoned(BackupLabel label) {
        if (!adopted.contains(label)) {
            findings.notice(
                    Optional.of(label),
                    ErrorCode.LEFT_BEHIND,
                    layout.set(label).root().toString(),
                    "it was interrupted; a later backup may take its work over, or expire removes it");
        }
    }

    private void ghost(BackupLabel label) {
        ObjectKey key = layout.record(label);
        if (repository.stat(layout.retirement(label)).isPresent()) {
            findings.notice(
                    Optional.of(label), ErrorCode.LEFT_BEHIND, key.toString(), "the record of a deleted backup");
        } else {
            findings.needing(label, key, () -> {
                throw new RepositoryException(
                                ErrorCode.OBJECT_MISSING,
                                "backup " + label
                                        + " has its record, but none of its data: something removed all of it",
                                "look for somebody, or a lifecycle rule of the store, that removes objects")
                        .about(key.toString());
            });
        }
    }

    private void unsettled(BackupLabel label, boolean silent, Instant now) {
        SetLayout set = layout.set(label);
        Optional<ObjectInfo> begin = repository.stat(set.begin());
        if (begin.isEmpty()) {
            findings.notice(
                    Optional.of(label),
                    ErrorCode.OBJECT_UNKNOWN,
                    set.root().toString(),
                    "data without its first object and without a record: nothing of a backup begins like this");
        } else if (silent && begin.get().created().isBefore(now.minus(LONGEST_SILENCE))) {
            findings.notice(
                    Optional.of(label),
                    ErrorCode.LEFT_BEHIND,
                    set.root().toString(),
                    "begun at " + begin.get().created()
                            + " and never ended; the next backup takes over, or breakLease");
        }
    }

    private void strangersAtTheTop() {
        Listing listing = repository.list(layout.root());
        listing.prefixes().stream()
                .filter(prefix -> !KNOWN_LEVELS.contains(prefix.name()))
                .forEach(prefix -> unknown(prefix.toString()));
        listing.objects().forEach(object -> unknown(object.key().toString()));
    }

    private void strangersInData() {
        Listing data = repository.list(layout.data());
        data.objects().forEach(object -> unknown(object.key().toString()));
        List<String> labels =
                catalog.labels().all().stream().map(BackupLabel::toString).toList();
        for (ObjectPrefix set : data.prefixes()) {
            if (!labels.contains(set.name())) {
                unknown(set.toString());
            } else {
                Listing listing = repository.list(set);
                listing.prefixes().stream()
                        .filter(prefix -> !KNOWN_OF_SET.contains(prefix.name()))
                        .forEach(prefix -> unknown(prefix.toString()));
                listing.objects().stream()
                        .map(ObjectInfo::key)
                        .filter(key -> !KNOWN_OF_SET.contains(key.name()))
                        .forEach(key -> unknown(key.toString()));
            }
        }
    }

    private void unknown(String object) {
        findings.notice(Optional.empty(), ErrorCode.OBJECT_UNKNOWN, object, "this library writes nothing of that name");
    }
}
