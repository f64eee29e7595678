package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.Pin;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.KnownLabels;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Pins of sets: numbered records, each created once. The newest that was not withdrawn says whether the set is pinned; a pin that cannot be read holds. Safe
 * for use by many threads.
 */
public final class Pins {
    private static final int MOST_TRIES = 100;

    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public Pins(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * The pins that hold.
     *
     * @param now the time
     * @return in order of labels
     */
    public Map<BackupLabel, Pin> holding(Instant now) {
        Map<BackupLabel, Pin> holding = new TreeMap<>();
        for (BackupLabel label : KnownLabels.of(repository.list(layout.pins()).prefixes())) {
            of(label).filter(pin -> pin.holds(now)).ifPresent(pin -> holding.put(label, pin));
        }
        return holding;
    }

    /**
     * The pin of a set.
     *
     * @param label of the set
     * @return empty if there is none, or it was taken away; one that has ended is still told
     */
    public Optional<Pin> of(BackupLabel label) {
        Set<Long> withdrawn = new HashSet<>();
        List<Long> numbers = numbers(label);
        for (int index = numbers.size() - 1; index >= 0; index--) {
            long number = numbers.get(index);
            if (!withdrawn.contains(number)) {
                Entry entry = read(label, number);
                if (entry.withdraws().isEmpty()) {
                    return entry.pin();
                }
                withdrawn.add(entry.withdraws().get());
            }
        }
        return Optional.empty();
    }

    /**
     * Pins a set.
     *
     * @param label of the set
     * @param reason for people
     * @param since by the clock
     * @param until when it ends; empty if it does not
     * @return the number of the record, to withdraw it
     */
    public long add(BackupLabel label, String reason, Instant since, Optional<Instant> until) {
        JsonRecord record = record(label, since).put("pinned", true).put("reason", reason);
        until.ifPresent(end -> record.put("until", end.toString()));
        return write(label, record);
    }

    /**
     * Takes the pin of a set away.
     *
     * @param label of the set
     * @param now by the clock
     */
    public void remove(BackupLabel label, Instant now) {
        write(label, record(label, now).put("pinned", false));
    }

    /**
     * Makes one record as if it had never been: whatever others wrote meanwhile rules again.
     *
     * @param label of the set
     * @param number of the record
     * @param now by the clock
     */
    public void withdraw(BackupLabel label, long number, Instant now) {
        write(label, record(label, now).put("withdraws", number));
    }

    private static JsonRecord record(BackupLabel label, Instant time) {
        return new JsonRecord().put("label", label.toString()).put("time", time.toString());
    }

    private long write(BackupLabel label, JsonRecord record) {
        List<Long> numbers = numbers(label);
        long next = numbers.isEmpty() ? 1 : numbers.get(numbers.size() - 1) + 1;
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            if (repository.createRecord(layout.pin(label, next), HeaderKind.PIN, record.toBytes())) {
                return next;
            }
            next++;
        }
        throw new ConflictException(
                ErrorCode.LEASE_HELD,
                "others pin and unpin " + label + " in repository " + repository.name() + " all the time",
                "try again");
    }

    private List<Long> numbers(BackupLabel label) {
        List<Long> numbers = new ArrayList<>();
        for (ObjectInfo object : repository.list(layout.pins(label)).objects()) {
            if (object.key().name().matches("[1-9][0-9]{0,17}")) {
                numbers.add(Long.parseLong(object.key().name()));
            }
        }
        numbers.sort(null);
        return numbers;
    }

    private record Entry(Optional<Long> withdraws, Optional<Pin> pin) {}

    private Entry read(BackupLabel label, long number) {
        ObjectKey key = layout.pin(label, number);
        try {
            return repository.require(key, HeaderKind.PIN, bytes -> parse(label, bytes));
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED && e.code() != ErrorCode.FORMAT_UNSUPPORTED) {
                throw e;
            }
            Pin pin = new Pin(
                    repository.name(), label, "its pin " + key + " cannot be read", Instant.EPOCH, Optional.empty());
            return new Entry(Optional.empty(), Optional.of(pin));
        }
    }

    private Entry parse(BackupLabel label, byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        if (!record.text("label").equals(label.toString())) {
            throw new MalformedContentException("it is a pin of " + record.text("label"));
        }
        if (record.has("withdraws")) {
            return new Entry(Optional.of(record.number("withdraws")), Optional.empty());
        }
        if (!record.flag("pinned")) {
            return new Entry(Optional.empty(), Optional.empty());
        }
        Pin pin = new Pin(
                repository.name(),
                label,
                record.text("reason"),
                Instant.parse(record.text("time")),
                record.optionalText("until").map(Instant::parse));
        return new Entry(Optional.empty(), Optional.of(pin));
    }
}
