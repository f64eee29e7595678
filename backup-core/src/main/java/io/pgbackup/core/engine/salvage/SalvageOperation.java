package io.pgbackup.core.engine.salvage;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.Remains;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageReport.Certainty;
import io.pgbackup.restore.SalvageRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Saves what is left of a set: the sets of its chain are laid upon each other, oldest first, as far as they can be read. For one call. */
public final class SalvageOperation {
    private static final String NOTE = "SALVAGED_BY_PGBACKUP";

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final SalvageRequest request;
    private final Remains remains;
    private final Losses losses = new Losses();

    /**
     * For one call.
     *
     * @param operation the call
     * @param repository where
     * @param layout of the cluster
     * @param request what is wanted
     */
    public SalvageOperation(
            Operation operation, OpenRepository repository, ClusterLayout layout, SalvageRequest request) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.request = request;
        this.remains = new Remains(repository, layout);
    }

    /**
     * Salvages.
     *
     * @return what was saved
     */
    public SalvageReport run() {
        BackupLabel label = request.label();
        if (remains.bundles(label).isEmpty() && remains.pages(label).isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "nothing is left of backup " + label + " in repository " + repository.name(),
                    "list the repository for labels that there are");
        }
        SalvageDirectory directory = new SalvageDirectory(request.directory());
        directory.create();
        SalvageChain chain = SalvageChain.of(label, repository, layout, losses);
        Map<BackupLabel, Set<Integer>> adopted = new HashMap<>();
        Map<BackupLabel, ManifestRoot> roots = roots(chain, adopted);
        int level = 0;
        for (BackupLabel one : chain.labels()) {
            operation.progress().phase("salvaging " + one);
            new SalvageLevel(level++, one, remains, losses, Optional.ofNullable(adopted.get(one)))
                    .layUpon(directory, Optional.ofNullable(roots.get(one)), operation::heartbeat);
        }
        OptionalLong seed =
                roots.values().stream().mapToLong(ManifestRoot::seed).findAny();
        operation.progress().phase("proving what was saved");
        List<SalvageReport.SalvagedFile> files =
                directory.finish(chain.labels().size() - 1, seed, operation::heartbeat);
        SalvageReport report = new SalvageReport(
                operation.id(),
                request.directory(),
                chain.labels(),
                chain.known(),
                files,
                losses.all(),
                operation.cancellation().elapsed());
        directory.note(NOTE, note(report));
        operation.fact("label", label.toString());
        operation.fact("proved", Long.toString(report.count(Certainty.PROVED)));
        operation.fact("files", Integer.toString(files.size()));
        return report;
    }

    /** The roots that are left, and which pages of aborted sets they have adopted: aborted sets have no roots of their own. */
    private Map<BackupLabel, ManifestRoot> roots(SalvageChain chain, Map<BackupLabel, Set<Integer>> adopted) {
        Map<BackupLabel, ManifestRoot> roots = new HashMap<>();
        for (BackupLabel label : chain.labels()) {
            losses.trying(layout.set(label).manifestRoot(), () -> remains.root(label))
                    .flatMap(found -> found)
                    .ifPresent(root -> roots.put(label, root));
        }
        for (ManifestRoot root : roots.values()) {
            for (AdoptedPages pages : root.adopted()) {
                Set<Integer> numbers = adopted.computeIfAbsent(pages.label(), label -> new HashSet<>());
                pages.pages().forEach(page -> numbers.add(page.number()));
            }
        }
        for (BackupLabel label : chain.labels()) {
            if (!roots.containsKey(label) && !adopted.containsKey(label)) {
                losses.add("the manifest root of " + label + " is lost");
            }
        }
        return roots;
    }

    /** For whoever finds the directory later. */
    private static List<String> note(SalvageReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("This directory was salvaged from a damaged backup. It is NOT a proven backup.");
        lines.add("No server starts here: global/pg_control was saved as global/pg_control" + SalvageDirectory.SUFFIX
                + ".");
        lines.add("backups used: " + report.chain() + (report.chainKnown() ? "" : " (guessed)"));
        for (SalvageReport.SalvagedFile file : report.files()) {
            if (file.certainty() != Certainty.PROVED) {
                lines.add(file.certainty() + " " + file.path() + ", unknown bytes: " + file.unknownBytes());
            }
        }
        report.lost().forEach(lost -> lines.add("LOST " + lost));
        return lines;
    }
}
