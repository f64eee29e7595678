package io.pgbackup.core.engine.wal;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.WaitingWal;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.OperationStarter;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.event.OperationKind;
import io.pgbackup.wal.ClusterWal;
import io.pgbackup.wal.ReceiveRequest;
import io.pgbackup.wal.RecoveryWindow;
import io.pgbackup.wal.WalGap;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalPushResult;
import io.pgbackup.wal.WalReceiver;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One method a verb of the write-ahead log. Safe for use by many threads. */
public final class WalVerbs implements ClusterWal {
    private static final Logger LOG = LoggerFactory.getLogger(WalVerbs.class);

    private final Cluster cluster;
    private final WalLanes lanes;
    private final WalPolicy policy;
    private final OperationStarter starter;
    private final OptionalInt identity;
    private final Optional<Dropping> dropping;

    /**
     * For the current identity of a cluster.
     *
     * @param cluster whose log
     * @param lanes its repositories
     * @param policy in how many of them a file must be durable
     * @param starter runs the operations
     */
    public WalVerbs(Cluster cluster, WalLanes lanes, WalPolicy policy, OperationStarter starter) {
        this(cluster, lanes, policy, starter, OptionalInt.empty());
    }

    private WalVerbs(
            Cluster cluster, WalLanes lanes, WalPolicy policy, OperationStarter starter, OptionalInt identity) {
        this.cluster = cluster;
        this.lanes = lanes;
        this.policy = policy;
        this.starter = starter;
        this.identity = identity;
        this.dropping = policy.dropping().map(limit -> new Dropping(limit, cluster.name()));
    }

    @Override
    public WalPushResult push(Path file) {
        if (identity.isPresent()) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "WAL of a former identity is only read",
                    "push to wal() itself: it knows to which identity a segment belongs");
        }
        WalPushResult result = pushing(operation -> new PushOperation(operation, lanes, policy, dropping).run(file));
        lanes.all().stream()
                .filter(lane -> !lane.resting() && lane.takeBehind())
                .forEach(this::catchUpLater);
        settle();
        return result;
    }

    private WalPushResult pushing(Function<Operation, WalPushResult> push) {
        return starter.run(OperationKind.WAL_PUSH, push);
    }

    /** Never gives the file up: only what the server waits for may be. */
    WalPushResult pushKeeping(Path file) {
        return pushing(operation -> new PushOperation(operation, lanes, policy, Optional.empty()).run(file));
    }

    /** What was given up is recorded as soon as somebody answers. */
    private void settle() {
        dropping.ifPresent(
                some -> lanes.settling(() -> new DropSettlement(some, lanes.all(), this::pushKeeping).run()));
    }

    /** Nobody waits for this. */
    private void catchUpLater(WalLane lane) {
        lanes.executor()
                .execute(() -> lane.catchingUp(() -> {
                    try {
                        catchUp(lane);
                    } catch (RuntimeException e) {
                        lane.passedOver();
                        LOG.warn(
                                "repository {} could not be caught up: {}",
                                lane.where().name(),
                                e.getMessage());
                    }
                }));
    }

    /**
     * Tells what is missing in the archives, and has them caught up.
     *
     * @return looks whenever it is asked to
     */
    public WalWatch watch() {
        return new WalWatch(lanes, starter, new WalWatch.Mending(this::settle, this::catchUpLater));
    }

    /**
     * What a check tells of a repository's log.
     *
     * @param repository one of those configured
     * @return findings; empty if all is well
     */
    public List<CheckReport.Item> check(Repository repository) {
        return new WalState(lanes, dropping).gaps(repository);
    }

    /**
     * What a check tells of the policy.
     *
     * @return empty if there is nothing to tell
     */
    public List<CheckReport.Item> checkPolicy() {
        return new WalState(lanes, dropping).policy(spool());
    }

    /**
     * What waits on this machine to be archived.
     *
     * @return nothing without a spool
     */
    public WaitingWal waiting() {
        return policy.spool().<WaitingWal>map(WalSpool::new).orElseGet(WaitingWal::none);
    }

    /** Of the current identity only. */
    Optional<WalSpool> spool() {
        return policy.spool().map(WalSpool::new);
    }

    /** Empties the spool, if there is one. */
    Optional<SpoolDrain> draining() {
        return spool().map(spool -> SpoolDrain.begin(spool, this, starter));
    }

    /** For as long as somebody archives or receives. */
    Watching watching() {
        return Watching.begin(watch(), lanes, Watching.PERIOD);
    }

    private List<String> catchUp(WalLane lane) {
        return starter.run(
                OperationKind.WAL_CATCH_UP, operation -> new CatchUp(lane, lanes.all(), operation::heartbeat).run());
    }

    @Override
    public List<String> catchUp(Repository repository) {
        return catchUp(lanes.of(repository));
    }

    @Override
    public boolean fetch(String name, Path target) {
        Optional<WalSpool> waiting = identity.isPresent() ? Optional.empty() : spool();
        return fetching(operation ->
                new FetchOperation(operation, lanes.all(), identity).runWithRest(name(name), target, waiting));
    }

    /** What is fetched ahead may be asked for much later: a part would hide that the whole has come meanwhile. */
    boolean fetchWhole(String name, Path target) {
        return fetching(operation -> new FetchOperation(operation, lanes.all(), identity).run(name(name), target));
    }

    @Override
    public WalReceiver receiver(ReceiveRequest request) {
        return new RepositoryReceiver(cluster, request, starter, new ArchiveDestination.Ways(this, lanes, policy));
    }

    ExecutorService executor() {
        return lanes.executor();
    }

    /** Brings a part of a segment to the repositories, as the whole would be. */
    WalPushResult pushPart(PushTask.Cargo cargo) {
        return pushing(operation -> new PushOperation(operation, lanes, policy, Optional.empty()).run(cargo));
    }

    private boolean fetching(Function<Operation, Boolean> body) {
        return starter.run(OperationKind.WAL_FETCH, body);
    }

    private static WalFileName name(String name) {
        return WalFileName.tryParse(name)
                .orElseThrow(() -> new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        "'" + name + "' is not the name of a WAL file",
                        "give what the server's restore_command names with %f"));
    }

    @Override
    public WalVerbs ofIdentity(int number) {
        return new WalVerbs(cluster, lanes, policy, starter, OptionalInt.of(number));
    }

    @Override
    public List<WalGap> gaps(Repository repository) {
        return lanes.of(repository).with(archives -> gaps(archives).find());
    }

    @Override
    public List<RecoveryWindow> windows(Repository repository) {
        return lanes.of(repository).with(archives -> new WindowQuery(repository.name(), archives).windows());
    }

    private ArchiveGaps gaps(Archives archives) {
        int number = identity.orElseGet(archives::current);
        return new ArchiveGaps(
                new ArchivedTimelines(archives.of(number)),
                new WalSegmentSize(archives.identity(number).segmentSize()));
    }

    @Override
    public WalService serve(Path directory) {
        return CommandService.begin(cluster, this, directory);
    }
}
