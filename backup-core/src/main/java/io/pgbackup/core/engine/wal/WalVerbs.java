package io.pgbackup.core.engine.wal;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchivedTimelines;
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
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
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
    }

    @Override
    public WalPushResult push(Path file) {
        if (identity.isPresent()) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "WAL of a former identity is only read",
                    "push to wal() itself: it knows to which identity a segment belongs");
        }
        WalPushResult result = starter.run(
                OperationKind.WAL_PUSH,
                operation -> new PushOperation(operation, lanes.all(), policy, lanes.executor()).run(file));
        lanes.all().stream()
                .filter(lane -> !lane.resting() && lane.takeBehind())
                .forEach(this::catchUpLater);
        return result;
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
        return new WalWatch(lanes, starter, this::catchUpLater);
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
        return catchUp(lane(repository));
    }

    @Override
    public boolean fetch(String name, Path target) {
        return fetching(
                operation -> new FetchOperation(operation, lanes.all(), identity).runWithParts(name(name), target));
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
        return starter.run(
                OperationKind.WAL_PUSH,
                operation -> new PushOperation(operation, lanes.all(), policy, lanes.executor()).run(cargo));
    }

    private boolean fetching(java.util.function.Function<Operation, Boolean> body) {
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
        return lane(repository).with(archives -> gaps(archives).find());
    }

    @Override
    public List<RecoveryWindow> windows(Repository repository) {
        return lane(repository).with(archives -> new WindowQuery(repository.name(), archives).windows());
    }

    private ArchiveGaps gaps(Archives archives) {
        int number = identity.orElseGet(archives::current);
        return new ArchiveGaps(
                new ArchivedTimelines(archives.of(number)),
                new WalSegmentSize(archives.identity(number).segmentSize()));
    }

    private WalLane lane(Repository repository) {
        return lanes.all().stream()
                .filter(lane -> lane.where().equals(repository))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        repository + " is not one of the repositories this PgBackup was made with",
                        "add it with repository() when building"));
    }

    @Override
    public WalService serve(Path directory) {
        return CommandService.begin(cluster, this, directory);
    }
}
