package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.Secret;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.UntrustedSource;
import io.pgbackup.core.crypto.Attestation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.StoreClock;
import io.pgbackup.core.repository.retention.Candidate.Defect;
import io.pgbackup.core.repository.set.AttestedSets;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.KnownLabels;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What retention decides upon where the source is not trusted: only attested sets count, times are those at which the store received the records, and
 * that a set is marked as expired means nothing. For one call.
 */
public final class DistrustfulCatalog {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final UntrustedSource distrust;
    private final Instant now;
    private final Map<BackupLabel, Instant> received;
    private final Map<BackupLabel, Boolean> aborted = new HashMap<>();

    /**
     * Asks the store for its time.
     *
     * @param repository where
     * @param layout of the cluster
     * @param distrust what is believed
     */
    public DistrustfulCatalog(OpenRepository repository, ClusterLayout layout, UntrustedSource distrust) {
        this.repository = repository;
        this.layout = layout;
        this.distrust = distrust;
        this.now = new StoreClock(repository, layout).instant();
        this.received = new KnownLabels(repository, layout).settlements();
    }

    /**
     * The time.
     *
     * @return the store's
     */
    public Instant now() {
        return now;
    }

    /**
     * Every committed set, whoever says that it is expired.
     *
     * @return in order of labels
     */
    public List<Candidate> candidates() {
        List<Candidate> claimed = new RetentionCatalog(repository, layout).candidates(now, true);
        Set<BackupLabel> trusted = trusted(claimed);
        return claimed.stream().map(candidate -> believed(candidate, trusted)).toList();
    }

    private Set<BackupLabel> trusted(List<Candidate> claimed) {
        Set<BackupLabel> trusted = new HashSet<>();
        try (Secret key = distrust.attestation().obtain()) {
            AttestedSets attested = new AttestedSets(repository, layout, Attestation.with(key));
            claimed.stream().map(Candidate::label).filter(attested::contains).forEach(trusted::add);
        }
        return trusted;
    }

    private Candidate believed(Candidate claimed, Set<BackupLabel> trusted) {
        Instant time = received.getOrDefault(claimed.label(), now);
        return new Candidate(
                claimed.label(),
                LocalDateTime.ofInstant(time, ZoneOffset.UTC),
                claimed.references(),
                time,
                claimed.defect().or(() -> doubt(claimed, trusted)),
                claimed.pin(),
                claimed.lockedUntil());
    }

    private Optional<Defect> doubt(Candidate claimed, Set<BackupLabel> trusted) {
        if (!trusted.contains(claimed.label())) {
            return Optional.of(new Defect(false, "it was not verified with the attestation key"));
        }
        return claimed.references().stream()
                .filter(reference -> received.containsKey(reference) && !trusted.contains(reference))
                .filter(reference -> !isAborted(reference))
                .findFirst()
                .map(reference -> new Defect(
                        false, "it leans on " + reference + ", which was not verified with the attestation key"));
    }

    /** What was adopted of an aborted set was verified with the set that adopted it. */
    private boolean isAborted(BackupLabel label) {
        return aborted.computeIfAbsent(
                label,
                unknown -> new Catalog(repository, layout)
                        .settlement(unknown)
                        .filter(Catalog.Settlement.ABORTED::equals)
                        .isPresent());
    }

    /**
     * Refuses to remove what is too young.
     *
     * @param decisions about the candidates
     * @throws ConflictException with {@link ErrorCode#BACKUP_PROTECTED} if one of them would remove such a set
     */
    public void requireOld(List<Decision> decisions) {
        Instant youngest = now.minus(distrust.minimumAge());
        for (Decision decision : decisions) {
            Instant time = received.getOrDefault(decision.label(), now);
            if (!decision.keep() && time.isAfter(youngest)) {
                throw new ConflictException(
                        ErrorCode.BACKUP_PROTECTED,
                        decision.label() + " would be removed, but the store has it only since " + time
                                + ": the minimum age is " + distrust.minimumAge(),
                        "Look who wrote the backups that push it out; if all is well, keep backups for longer than the minimum age.");
            }
        }
    }
}
