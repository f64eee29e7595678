package io.pgbackup.core.engine.salvage;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.ManifestRoot;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.Remains;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageReport.Certainty;
import io.pgbackup.restore.SalvageRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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
        OptionalLong seed = OptionalLong.empty();
        for (int level = 0; level < chain.labels().size(); level++) {
            BackupLabel one = chain.labels().get(level);
            operation.progress().phase("salvaging " + one);
            Optional<ManifestRoot> root = root(one);
            seed = root.map(known -> OptionalLong.of(known.seed())).orElse(seed);
            new SalvageLevel(level, one, remains, losses).layUpon(directory, root, operation::heartbeat);
        }
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

    private Optional<ManifestRoot> root(BackupLabel label) {
        Optional<ManifestRoot> root = losses.trying(layout.set(label).manifestRoot(), () -> remains.root(label))
                .flatMap(found -> found);
        if (root.isEmpty()) {
            losses.add("the manifest root of " + label + " is lost");
        }
        return root;
    }

    /** For whoever finds the directory later. */
    private static List<String> note(SalvageReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("This directory was salvaged from a damaged backup. It is NOT a proven backup.");
        lines.add("No server starts here: global/pg_control was saved as global/pg_control" + SalvageDirectory.SUFFIX + ".");
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
