package io.pgbackup.core.engine.backup.base;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.core.engine.backup.base.Adoption.AdoptedSet;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a new set is compared with: the manifests of its base's chain and of interrupted attempts above it, read side by side as the scan goes on. A full
 * backup has no base, but it may have an attempt before it. For one thread.
 *
 * <p>A page is taken from here if it has the same fingerprint and its LSN is older than the start of the newest level that holds its file. Why that is
 * safe for an interrupted attempt as it is for a base: every page that is taken was read in the cluster again, after the start of the new set. Its LSN says
 * that the server has not changed it since the attempt began, and so since the attempt read it; its fingerprint, which covers the LSN, says that what the
 * attempt knew of it is what the cluster has. Nothing rests on the attempt having been consistent or complete, because WAL is replayed from the
 * start of the new set, and every page is as it was after that.
 */
public final class BaseSet {
    private final Optional<BackupRecord> record;
    private final long seed;
    private final List<ManifestRoot.Level> committed;
    private final List<AdoptedSet> adopted;
    private final ManifestChain chain;

    private BaseSet(
            Optional<BackupRecord> record,
            long seed,
            List<ManifestRoot.Level> committed,
            List<AdoptedSet> adopted,
            ManifestChain chain) {
        this.record = record;
        this.seed = seed;
        this.committed = committed;
        this.adopted = adopted;
        this.chain = chain;
    }

    /** A base, and what is known above it. */
    static BaseSet open(
            BackupRecord record, List<ManifestRoot> roots, Optional<Adoption> adoption, ManifestStore manifests) {
        ManifestRoot newest = roots.get(roots.size() - 1);
        List<ManifestRoot.Level> levels =
                roots.stream().flatMap(root -> root.levels().stream()).toList();
        List<AdoptedSet> adopted = adoption.map(Adoption::sets).orElse(List.of());
        return new BaseSet(
                Optional.of(record),
                newest.seed(),
                levels,
                adopted,
                manifests.chain(with(levels, adopted), newest.pageSize()));
    }

    /** No base, but an attempt that was interrupted. */
    static BaseSet open(Adoption adoption, int pageSize, ManifestStore manifests) {
        return new BaseSet(
                Optional.empty(),
                adoption.seed(),
                List.of(),
                adoption.sets(),
                manifests.chain(with(List.of(), adoption.sets()), pageSize));
    }

    private static List<ManifestRoot.Level> with(List<ManifestRoot.Level> committed, List<AdoptedSet> adopted) {
        List<ManifestRoot.Level> levels = new ArrayList<>(committed);
        adopted.forEach(set -> levels.add(
                new ManifestRoot.Level(set.pages().label(), set.pages().pages(), false)));
        return levels;
    }

    /** What is known under a path; paths must be asked for in their order. */
    public Optional<ManifestChain.Chained> find(ClusterPath path) {
        return chain.find(path);
    }

    /** Where the set began that knows most of a file: a page changed since then is stored whatever its fingerprint. */
    public Lsn startOf(ManifestChain.Chained found) {
        return found.set() < committed.size()
                ? record.orElseThrow().wal().start()
                : adopted.get(found.set() - committed.size()).start();
    }

    /** Whether a level of the chain is an interrupted attempt above the base. */
    public boolean isAdopted(int level) {
        return level >= committed.size();
    }

    /** Everything a set on this base leans on, oldest first. */
    List<BackupLabel> references() {
        List<BackupLabel> references = new ArrayList<>();
        committed.forEach(level -> references.add(level.label()));
        adopted.forEach(set -> references.add(set.pages().label()));
        return references;
    }

    /**
     * What must be looked at once begin is durable. What a committed set of the chain has adopted is kept for its sake for as long as that set is not
     * retired itself, so it need not be: expire may have retired it long ago, when it cleared away what was aborted.
     */
    List<BackupLabel> mustStay() {
        return Stream.concat(
                        committed.stream().filter(ManifestRoot.Level::complete).map(ManifestRoot.Level::label),
                        adopted.stream().map(set -> set.pages().label()))
                .toList();
    }

    List<AdoptedPages> adopted() {
        return adopted.stream().map(AdoptedSet::pages).toList();
    }

    /** The commit record of the set that the new one builds upon. */
    public Optional<BackupRecord> record() {
        return record;
    }

    /** Whether there is an interrupted attempt above the base. */
    public boolean resumes() {
        return !adopted.isEmpty();
    }

    /** The committed set that the new one builds upon. */
    public Optional<BackupLabel> label() {
        return record.map(BackupRecord::label);
    }

    long seed() {
        return seed;
    }
}
