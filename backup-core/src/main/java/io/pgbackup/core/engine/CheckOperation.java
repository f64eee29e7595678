package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.keys.KeyRingQuery;
import io.pgbackup.core.engine.wal.WalVerbs;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.session.ClusterMatch;
import io.pgbackup.core.postgres.session.MissingPrivilege;
import io.pgbackup.core.postgres.session.Privileges;
import io.pgbackup.core.postgres.session.ServerFacts;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.JobRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.keys.KeySlotInfo;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Proves a set-up item by item; what is wrong becomes an item that says what to do. For one call. */
final class CheckOperation {
    private final Operation operation;
    private final Cluster cluster;
    private final Repositories repositories;
    private final WalVerbs wal;
    private final List<Item> items = new ArrayList<>();
    private final List<Repository> reached = new ArrayList<>();
    private Optional<ServerIdentity> identity = Optional.empty();

    CheckOperation(Operation operation, Cluster cluster, Repositories repositories, WalVerbs wal) {
        this.wal = wal;
        this.operation = operation;
        this.cluster = cluster;
        this.repositories = repositories;
    }

    CheckReport run() {
        Cluster.Server server = Connections.require(cluster);
        guarded("connection", () -> checkServer(server));
        for (Repository repository : repositories.all()) {
            operation.heartbeat();
            guarded("repository " + repository.name(), () -> reachAndCheck(repository));
        }
        guarded(
                "archiving",
                () -> items.addAll(
                        new ArchivingCheck(operation, repositories, ClusterLayout.of(cluster.name()), reached)
                                .run(server)));
        reached.forEach(
                repository -> guarded("WAL in " + repository.name(), () -> items.addAll(wal.check(repository))));
        guarded("WAL policy", () -> items.addAll(wal.checkPolicy()));
        return new CheckReport(operation.id(), items);
    }

    private void checkServer(Cluster.Server server) {
        try (ServerSession session = ServerSession.connect(Connections.settings(server.connection()))) {
            passed("connection", session.version() + " answers");
            guarded("privileges", () -> checkPrivileges(session));
            ServerFacts facts = session.facts();
            identity = Optional.of(Connections.identity(facts));
            guarded("settings", () -> checkSettings(facts));
            guarded("data directory", () -> checkFiles(server, facts));
        }
    }

    private void checkPrivileges(ServerSession session) {
        List<MissingPrivilege> missing = new Privileges(session).missing();
        for (MissingPrivilege privilege : missing) {
            items.add(new Item("privileges", !privilege.required(), privilege.description(), privilege.remedy()));
        }
        if (missing.isEmpty()) {
            passed("privileges", "the role has all it needs");
        }
    }

    private void checkSettings(ServerFacts facts) {
        boolean logged = !facts.operation().archiving().walLevel().equals("minimal");
        items.add(new Item(
                "wal_level",
                logged,
                facts.operation().archiving().walLevel(),
                logged ? "" : "ALTER SYSTEM SET wal_level = 'replica'; then restart the server"));
        boolean slots = facts.operation().maxReplicationSlots() > 0;
        items.add(new Item(
                "max_replication_slots",
                slots,
                Integer.toString(facts.operation().maxReplicationSlots()),
                slots ? "" : "ALTER SYSTEM SET max_replication_slots = 10; then restart the server"));
        boolean checksums = facts.layout().checksums();
        passed("page checksums", checksums ? "on" : "off: damaged pages are found by their header only");
    }

    private void checkFiles(Cluster.Server server, ServerFacts facts) {
        try (ClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping())) {
            ClusterMatch.require(files.readControlFile(), facts);
            passed("data directory", server.dataDirectory() + " belongs to the server");
        }
    }

    private void reachAndCheck(Repository repository) {
        String subject = "repository " + repository.name();
        ObjectKey probe = ClusterLayout.of(cluster.name()).root().key("check/" + operation.id() + "-permissions");
        ReachabilityCheck reachability = new ReachabilityCheck(repositories, probe, items);
        if (!reachability.canBeReached(repository, subject)) {
            return;
        }
        reached.add(repository);
        try {
            checkRepository(repository);
        } catch (RepositoryException e) {
            if (!reachability.explained(repository, subject, e)) {
                throw e;
            }
        }
    }

    private void checkRepository(Repository repository) {
        String subject = "repository " + repository.name();
        ClusterLayout layout = ClusterLayout.of(cluster.name());
        try (OpenRepository open = repositories.open(repository)) {
            OperationRunner.recorded(
                    operation,
                    new JobRecords(open, layout)::write,
                    running ->
                            roundTrip(open, subject, repository.location().uri().getScheme()));
        }
        repository.key().ifPresent(key -> guarded("keys of " + repository.name(), () -> checkKeys(repository, key)));
    }

    private void checkKeys(Repository repository, EncryptionKey key) {
        KeyRingInfo ring = repositories.withKeys(repository, unlocking -> new KeyRingQuery(unlocking, key).run());
        boolean sound = ring.damaged().isEmpty();
        String slots = ring.slots().stream().map(CheckOperation::describe).collect(Collectors.joining("; "));
        items.add(new Item(
                "keys of " + repository.name(),
                sound,
                "generations " + ring.generations() + "; " + slots
                        + (ring.leftBehind() == 0 ? "" : "; left by an interrupted change: " + ring.leftBehind()),
                sound
                        ? ""
                        : "add the keys of the damaged slots anew, with a key that opens all generations; then remove"
                                + " the damaged slots"));
    }

    private static String describe(KeySlotInfo slot) {
        return "slot " + slot.number() + (slot.name().isEmpty() ? "" : " (" + slot.name() + ")") + " opens "
                + slot.generations()
                + slot.wrappedBy().map(key -> ", wrapped by " + key).orElse("");
    }

    /** Write, read back, find; refuse to overwrite; delete if possible. */
    private boolean roundTrip(OpenRepository open, String subject, String scheme) {
        ClusterLayout layout = ClusterLayout.of(cluster.name());
        identity.ifPresent(server -> new IdentityRecords(open, layout).requireCurrent(server));
        ObjectKey probe = layout.root().key("check/" + operation.id());
        byte[] content = ("check " + operation.id()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        boolean created = open.createRecord(probe, HeaderKind.JOB, content);
        boolean read = open.readRecord(probe, HeaderKind.JOB)
                .filter(found -> Arrays.equals(found, content))
                .isPresent();
        boolean listed = open.list(probe.parent()).objects().stream()
                .anyMatch(info -> info.key().equals(probe));
        boolean kept = created && read && listed;
        items.add(new Item(
                subject,
                kept,
                "round trip: created " + created + ", read back " + read + ", listed " + listed,
                kept ? "" : "the store does not keep its promises: use another"));
        Item appendOnly = new AppendOnlyProbe(open, probe, scheme).run(subject);
        items.add(appendOnly);
        return kept && appendOnly.passed();
    }

    private void guarded(String subject, Runnable check) {
        try {
            check.run();
        } catch (PgBackupException e) {
            operation.cancellation().check();
            items.add(new Item(subject, false, e.code() + ": " + e.getMessage(), e.hint()));
        }
    }

    private void passed(String subject, String message) {
        items.add(new Item(subject, true, message, ""));
    }
}
