package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.Verification;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.core.repository.ObjectFaults;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * That sets were verified: one record for each set and verification, removed with the set. Names tell the essentials, so that one listing answers when a set
 * was verified last; who decides by it reads the record, which is authentic. Safe for use by many threads.
 */
public final class VerifyRecords {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss", Locale.ROOT);
    private static final String CLEAN = "clean";
    private static final String FINDINGS = "findings";

    private final OpenRepository repository;
    private final ClusterLayout layout;

    /** A verification and where its record is. */
    private record Named(ObjectKey key, Verification verification) {}

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public VerifyRecords(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Remembers a verification.
     *
     * @param label of the set
     * @param verification what was done
     * @param operationId of the operation
     * @param attestation signature of whoever verified; empty if there is none
     */
    public void write(BackupLabel label, Verification verification, String operationId, Optional<String> attestation) {
        String name = TIME.format(LocalDateTime.ofInstant(verification.time(), ZoneOffset.UTC)) + "-"
                + verification.depth().name().toLowerCase(Locale.ROOT) + "-"
                + (verification.clean() ? CLEAN : FINDINGS) + "-" + operationId;
        JsonRecord record = new JsonRecord()
                .put("label", label.toString())
                .put("operation", operationId)
                .put("time", verification.time().toString())
                .put("depth", verification.depth().name())
                .put("clean", verification.clean());
        attestation.ifPresent(signature -> record.put("attestation", signature));
        repository.createRecord(layout.verifications(label).key(name), HeaderKind.JOB, record.toBytes());
    }

    /**
     * The newest verification of each depth, as the names of the records tell.
     *
     * @param label of the set
     * @return newest first
     */
    public List<Verification> newest(BackupLabel label) {
        Map<VerifyDepth, Verification> newest = new EnumMap<>(VerifyDepth.class);
        for (Named named : named(label)) {
            newest.putIfAbsent(named.verification().depth(), named.verification());
        }
        List<Verification> all = new ArrayList<>(newest.values());
        all.sort(Comparator.comparing(Verification::time).reversed());
        return all;
    }

    /**
     * Whether a set was found clean within a time. A record that cannot be read, or is of the future, does not count.
     *
     * @param label of the set
     * @param depth that was proved at least
     * @param since begin of that time
     * @param now end of that time
     * @return true if its record says so
     */
    public boolean isClean(BackupLabel label, VerifyDepth depth, Instant since, Instant now) {
        return named(label).stream()
                .filter(named -> counts(named.verification(), depth, since, now))
                .anyMatch(named -> counts(read(label, named.key()), depth, since, now));
    }

    /** Whether a key signed one of the records; those that cannot be read, whoever wrote them, are not signed. */
    boolean isAttested(BackupLabel label, AttestedSets attested) {
        return named(label).stream()
                .filter(named ->
                        named.verification().clean() && named.verification().depth() == VerifyDepth.CONTENT)
                .anyMatch(named -> isAttested(label, named.key(), attested));
    }

    private boolean isAttested(BackupLabel label, ObjectKey key, AttestedSets attested) {
        try {
            JsonRecord record = repository.require(key, HeaderKind.JOB, JsonRecord::parse);
            return record.has("attestation")
                    && attested.isSigned(label, verification(label, record), record.text("attestation"));
        } catch (RepositoryException e) {
            ObjectFaults.require(e);
            return false;
        } catch (IllegalArgumentException | DateTimeException e) {
            return false;
        }
    }

    private static boolean counts(Verification verification, VerifyDepth depth, Instant since, Instant now) {
        return verification.clean()
                && verification.depth().compareTo(depth) >= 0
                && verification.time().isAfter(since)
                && !verification.time().isAfter(now);
    }

    private Verification read(BackupLabel label, ObjectKey key) {
        return repository.require(key, HeaderKind.JOB, bytes -> verification(label, JsonRecord.parse(bytes)));
    }

    private static Verification verification(BackupLabel label, JsonRecord record) {
        boolean same = BackupLabel.parse(record.text("label")).equals(label);
        return new Verification(
                Instant.parse(record.text("time")),
                VerifyDepth.valueOf(record.text("depth")),
                same && record.flag("clean"));
    }

    private List<Named> named(BackupLabel label) {
        List<Named> named = new ArrayList<>();
        for (ObjectInfo object : repository.list(layout.verifications(label)).objects()) {
            parse(object.key().name()).ifPresent(found -> named.add(new Named(object.key(), found)));
        }
        named.sort(Comparator.comparing((Named found) -> found.verification().time())
                .reversed());
        return named;
    }

    private static Optional<Verification> parse(String name) {
        String[] parts = name.split("-", 4);
        try {
            return parts.length < 4
                    ? Optional.empty()
                    : Optional.of(new Verification(
                            LocalDateTime.parse(parts[0], TIME).toInstant(ZoneOffset.UTC),
                            VerifyDepth.valueOf(parts[1].toUpperCase(Locale.ROOT)),
                            parts[2].equals(CLEAN)));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
