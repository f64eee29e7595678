package io.pgbackup.core.engine.copy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.core.crypto.CipherWarmup;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Copies sets, and combines chains into full sets. What the target holds is known by its origin, so nothing is copied twice, and a call that was
 * interrupted goes on where it ended. For one call.
 */
public final class CopyOperation {
    private final Operation operation;
    private final Source source;
    private final OpenRepository target;
    private final ClusterLayout layout;
    private final HeldSets held;
    private final SetWriter writer;
    /** What was found or made in the target, by the label in the source. */
    private final Map<BackupLabel, BackupRecord> inTarget = new HashMap<>();

    private final List<CopyResult.Copied> copied = new ArrayList<>();

    /**
     * For one call.
     *
     * @param operation the call
     * @param source where sets are read
     * @param target where they are written; may be the same
     * @param layout of the cluster, in both
     * @param runtime whose workers copy
     */
    public CopyOperation(
            Operation operation,
            OpenRepository source,
            OpenRepository target,
            ClusterLayout layout,
            PgBackupRuntime runtime) {
        this.operation = operation;
        this.source = new Source(operation, source, layout);
        this.target = target;
        this.layout = layout;
        this.held = new HeldSets(
                target,
                layout,
                (label, failure) -> operation.warn(
                        label.toString(), "its record is damaged, nothing is built upon it: " + failure.getMessage()));
        this.writer = new SetWriter(operation, target, layout, runtime, held);
    }

    /**
     * Copies sets with whatever they lean on.
     *
     * @param request which
     * @return what was copied
     */
    public CopyResult copy(CopyRequest request) {
        operation.progress().phase("looking what is there");
        List<BackupRecord> wanted = request.everything() ? source.all() : List.of(source.wanted(request.label()));
        wanted.forEach(this::requireIdentity);
        List<BackupRecord> missing = missing(wanted);
        prepare(missing.stream().mapToLong(CopyOperation::bytesOf).sum(), missing);
        for (BackupRecord record : missing) {
            operation.progress().phase("copying " + record.label());
            copy(record);
        }
        return result(wanted);
    }

    /** The sets that the target lacks, each behind what it leans on. */
    private List<BackupRecord> missing(List<BackupRecord> wanted) {
        Map<BackupLabel, BackupRecord> missing = new LinkedHashMap<>();
        for (BackupRecord record : wanted) {
            Deque<BackupRecord> chain = new ArrayDeque<>();
            Optional<BackupRecord> next = Optional.of(record);
            while (next.isPresent() && !missing.containsKey(next.get().label()) && isMissing(next.get())) {
                chain.push(next.get());
                next = next.get().base().map(source::require);
            }
            chain.forEach(needed -> missing.put(needed.label(), needed));
        }
        return List.copyOf(missing.values());
    }

    private boolean isMissing(BackupRecord record) {
        Optional<BackupRecord> there = held.find(source.contentOf(record));
        there.ifPresent(found -> inTarget.put(record.label(), found));
        return there.isEmpty();
    }

    /** How much of the cluster a set itself stores. */
    private static long bytesOf(BackupRecord record) {
        return record.label().type() == BackupType.FULL
                ? record.sizes().cluster()
                : record.sizes().changedPages() * record.server().pageSize();
    }

    private void copy(BackupRecord record) {
        BackupRecord made = source.reading(
                record,
                () -> writer.write(new NewSet(
                        SetEntries.own(source.contents(record)),
                        record.label().type(),
                        record.base().map(base -> Objects.requireNonNull(inTarget.get(base))),
                        List.of(),
                        source.contentOf(record))));
        add(record, made);
    }

    /**
     * Makes a full set.
     *
     * @param request of which chain
     * @return what was made
     */
    public CopyResult combine(CombineRequest request) {
        operation.progress().phase("looking what is there");
        BackupRecord record = source.wanted(request.label());
        requireIdentity(record);
        Optional<BackupRecord> there = held.findFull(source.contentOf(record));
        if (there.isPresent()) {
            inTarget.put(record.label(), there.get());
        } else {
            prepare(record.sizes().cluster(), source.chain(record));
            operation.progress().phase("combining " + record.label());
            make(record);
        }
        return result(List.of(record));
    }

    private void make(BackupRecord record) {
        BackupRecord made = source.reading(
                record,
                () -> writer.write(new NewSet(
                        SetEntries.combined(source.contents(record)),
                        BackupType.FULL,
                        Optional.empty(),
                        readFrom(record),
                        source.contentOf(record))));
        add(record, made);
    }

    /** Within one repository the chain must stay until it is read. */
    private List<BackupLabel> readFrom(BackupRecord record) {
        return source.isSameAs(target) ? Source.needed(record) : List.of();
    }

    private void requireIdentity(BackupRecord record) {
        new IdentityRecords(target, layout).requireKnown(record.server());
    }

    private void prepare(long bytes, List<BackupRecord> records) {
        operation.progress().expect(bytes);
        CipherWarmup.run();
        long stored = records.stream().mapToLong(BackupRecord::ownBytes).sum();
        target.usableBytes().ifPresent(free -> {
            if (free < stored) {
                operation.warn(
                        "space",
                        "repository " + target.name() + " has " + free + " bytes free, what is copied takes " + stored
                                + " where it is");
            }
        });
    }

    private void add(BackupRecord original, BackupRecord made) {
        held.add(made);
        inTarget.put(original.label(), made);
        copied.add(new CopyResult.Copied(original.label(), held.info(made)));
    }

    private CopyResult result(List<BackupRecord> wanted) {
        long stored = copied.stream()
                .map(CopyResult.Copied::backup)
                .mapToLong(backup -> backup.sizes().stored()
                        + backup.sizes().walStored()
                        + backup.sizes().manifestStored())
                .sum();
        operation.fact(
                "copied",
                copied.stream().map(CopyResult.Copied::source).toList().toString());
        operation.fact(
                "labels",
                copied.stream().map(copy -> copy.backup().label()).toList().toString());
        operation.fact("bytesRead", Long.toString(writer.bytesRead()));
        operation.fact("bytesStored", Long.toString(stored));
        return new CopyResult(
                operation.id(),
                wanted.stream()
                        .map(record -> Objects.requireNonNull(inTarget.get(record.label())))
                        .map(held::info)
                        .toList(),
                copied,
                writer.bytesRead(),
                stored,
                operation.warnings(),
                operation.cancellation().elapsed());
    }
}
