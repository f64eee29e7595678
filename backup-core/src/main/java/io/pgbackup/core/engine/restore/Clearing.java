package io.pgbackup.core.engine.restore;

import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.restore.plan.ChangeTally;
import io.pgbackup.core.engine.restore.target.ConflictingPaths;
import io.pgbackup.core.engine.restore.target.Existing;
import io.pgbackup.core.engine.restore.target.SurplusTree;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.engine.restore.target.TargetJoin;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import java.nio.file.Path;

/** Removes and cuts what the plan said, before anything is fetched: so the space is there. For one thread. */
final class Clearing implements TargetJoin.Visitor {
    private final Operation operation;
    private final TargetDirectory target;
    private final ConflictingPaths conflicts;
    private final SurplusTree surplus;
    private final ChangeTally tally;

    Clearing(Operation operation, TargetDirectory target, SurplusTree surplus, ChangeTally tally) {
        this.operation = operation;
        this.target = target;
        this.conflicts = new ConflictingPaths(target.places());
        this.surplus = surplus;
        this.tally = tally;
    }

    @Override
    public void wanted(ManifestChain.Chained wanted, Path path, Existing existing) {
        operation.heartbeat();
        if (conflicts.inTheWay(wanted.entry(), path, existing)) {
            surplus(path);
        } else if (wanted.entry() instanceof ManifestEntry.File file
                && existing.size() > file.attributes().size()) {
            target.cut(path, file.attributes().size());
            tally.cut();
        }
    }

    @Override
    public void surplus(Path path) {
        operation.heartbeat();
        surplus.visit(path, (removed, size) -> {
            target.remove(removed);
            tally.remove(removed, size);
        });
    }
}
