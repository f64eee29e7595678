package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The records that a set passes through: begin, start, and at last commit or abort, which are one key created once, so that the store itself
 * is the judge. Safe for use by many threads.
 */
public final class SetRecords {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public SetRecords(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Writes the first object of a set. If the repository is to be locked, this object and all that this open repository writes of the set are.
     *
     * @param begin of the set
     */
    public void begin(BeginRecord begin) {
        ObjectKey key = layout.set(begin.label()).begin();
        Optional<Instant> lockedUntil = new SetLocks(repository, layout).until(begin.leansOn(), begin.since());
        lockedUntil.ifPresent(
                until -> repository.lock(layout.set(begin.label()).root(), layout.record(begin.label()), until));
        byte[] content = begin.locked(lockedUntil).toBytes();
        if (!repository.createRecord(key, HeaderKind.BEGIN, content)) {
            throw lost(begin.label(), "somebody else began it");
        }
    }

    /**
     * The first object of a set.
     *
     * @param label of the set
     * @return empty if it was not begun
     */
    public Optional<BeginRecord> begun(BackupLabel label) {
        ObjectKey key = layout.set(label).begin();
        return repository
                .readRecord(key, HeaderKind.BEGIN)
                .map(content -> repository.parse(key, content, BeginRecord::parse));
    }

    /**
     * The sets that a begun set leans on.
     *
     * @param label of the begun set
     * @return empty if it was not begun
     */
    public Optional<List<BackupLabel>> leansOn(BackupLabel label) {
        return begun(label).map(BeginRecord::leansOn);
    }

    /**
     * Looks, after begin is durable, whether a set is still there to lean on: not chosen by expire, then its record present. Committed or aborted, a
     * record never changes, so what it said when the set was chosen it says now; and nothing of a set is deleted before its retire record exists. Begin goes
     * last of all but the retire record: while it is there, the record is no late repetition for a set that is gone.
     *
     * @param label of a committed set, or of an aborted one whose work is taken over
     * @return false if the writer must choose again
     */
    public boolean mayLeanOn(BackupLabel label) {
        return !isRetired(label)
                && new Catalog(repository, layout).settlement(label).isPresent()
                && repository.stat(layout.set(label).begin()).isPresent();
    }

    /**
     * Looks, after begin is durable, whether the set can be committed at all: somebody may have taken its lease over before.
     *
     * @param own the set just begun
     * @throws ConflictException with {@link ErrorCode#LEASE_LOST}
     */
    public void requireUnsettled(BackupLabel own) {
        if (new Catalog(repository, layout).isSettled(own)) {
            throw lost(own, "somebody else settled it");
        }
    }

    /**
     * Notes where the server began: WAL from there on is needed.
     *
     * @param label of the set
     * @param timeline of the server
     * @param start redo pointer of the server's checkpoint
     */
    public void start(BackupLabel label, long timeline, Lsn start) {
        start(label, timeline, start, Optional.empty());
    }

    /**
     * Notes where the server began, and what will tell whether it is still that server.
     *
     * @param label of the set
     * @param timeline of the server
     * @param start redo pointer of the server's checkpoint
     * @param mark of the server; empty if it cannot be told
     */
    public void start(BackupLabel label, long timeline, Lsn start, Optional<ServerMark> mark) {
        JsonRecord record = new JsonRecord().put("timeline", timeline).put("start", start.toString());
        mark.ifPresent(known -> record.put("mark", known.write()));
        if (!repository.createRecord(layout.set(label).start(), HeaderKind.START, record.toBytes())) {
            throw lost(label, "somebody else started it");
        }
    }

    /**
     * Where the server began.
     *
     * @param label of the set
     * @return empty if the set came never so far
     */
    public Optional<Lsn> started(BackupLabel label) {
        ObjectKey key = layout.set(label).start();
        return repository
                .readRecord(key, HeaderKind.START)
                .map(content -> repository.parse(
                        key, content, bytes -> Lsn.parse(JsonRecord.parse(bytes).text("start"))));
    }

    /**
     * What tells whether a server has come from where a set was taken.
     *
     * @param label of the set
     * @return empty if that was not noted
     */
    public Optional<ServerMark> mark(BackupLabel label) {
        ObjectKey key = layout.set(label).start();
        return repository
                .readRecord(key, HeaderKind.START)
                .flatMap(content -> repository.parse(key, content, SetRecords::parseMark));
    }

    private static Optional<ServerMark> parseMark(byte[] content) {
        JsonRecord record = JsonRecord.parse(content);
        return record.has("mark") ? Optional.of(ServerMark.read(record.record("mark"))) : Optional.empty();
    }

    /**
     * Proves that the first object of a committed set is there and names everything that the commit names. It may name more: what was only read from.
     *
     * @param committed the set
     */
    public void requireBegun(BackupRecord committed) {
        ObjectKey key = layout.set(committed.label()).begin();
        List<BackupLabel> leansOn = leansOn(committed.label()).orElseThrow(() -> repository.missing(key));
        if (!leansOn.containsAll(committed.references())) {
            throw repository.malformed(key, new IllegalArgumentException("it names " + leansOn));
        }
    }

    /**
     * Proves that the record of a committed set's start is there and says what the commit says.
     *
     * @param committed the set
     */
    public void requireStarted(BackupRecord committed) {
        ObjectKey key = layout.set(committed.label()).start();
        Lsn start = started(committed.label()).orElseThrow(() -> repository.missing(key));
        if (!start.equals(committed.wal().start())) {
            throw repository.malformed(key, new IllegalArgumentException("it says " + start));
        }
    }

    /**
     * Commits: from now on the set exists. A commit whose reply does not come is settled by trying to abort: the store itself says which of the two it has.
     *
     * @param record of the set
     * @throws RepositoryException if the set does not exist and never will; where not even that can be found out, the message says so
     */
    public void commit(BackupRecord record) {
        boolean created;
        try {
            created = repository.createRecord(layout.record(record.label()), HeaderKind.COMMIT, record.toBytes());
        } catch (RepositoryException e) {
            created = settled(record, e);
        }
        if (!created) {
            throw lost(record.label(), "somebody else settled it");
        }
    }

    /** Whether a commit that failed has happened all the same: its reply was lost or late, or an interrupt came between. */
    private boolean settled(BackupRecord record, RepositoryException failure) {
        boolean interrupted = Thread.interrupted();
        try {
            if (isCommitted(record)) {
                return true;
            }
            boolean aborted = abort(record.label(), failure.code().name(), record.stopped());
            if (!aborted && isCommitted(record)) {
                return true;
            }
        } catch (RepositoryException e) {
            failure.addSuppressed(e);
            throw unknown(record.label(), failure);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        throw failure;
    }

    private boolean isCommitted(BackupRecord record) {
        return new Catalog(repository, layout)
                .find(record.label())
                .filter(found -> found.operationId().equals(record.operationId()))
                .isPresent();
    }

    private RepositoryException unknown(BackupLabel label, RepositoryException failure) {
        return new RepositoryException(
                failure.code(),
                "whether backup " + label + " was committed is not known, repository " + repository.name()
                        + " did not tell: " + failure.getMessage(),
                "info tells once the repository answers; a backup that is listed there is complete",
                failure);
    }

    /**
     * Aborts: from now on the set can never exist.
     *
     * @param label of the set
     * @param reason for people, without secrets
     * @param now by the clock
     * @return false if it was settled already
     */
    public boolean abort(BackupLabel label, String reason, Instant now) {
        JsonRecord record = new JsonRecord()
                .put("label", label.toString())
                .put("reason", reason)
                .put("time", now.toString());
        return repository.createRecord(layout.record(label), HeaderKind.ABORT, record.toBytes());
    }

    /**
     * Says that expire has chosen a set. Idempotent.
     *
     * @param label of the set
     * @param reason for people
     * @param now by the clock
     */
    public void retire(BackupLabel label, String reason, Instant now) {
        JsonRecord record = new JsonRecord()
                .put("label", label.toString())
                .put("reason", reason)
                .put("time", now.toString());
        repository.createRecord(layout.retirement(label), HeaderKind.RETIRE, record.toBytes());
    }

    /**
     * Whether expire has chosen a set.
     *
     * @param label of the set
     * @return true for good once it has
     */
    public boolean isRetired(BackupLabel label) {
        return repository.stat(layout.retirement(label)).isPresent();
    }

    private ConflictException lost(BackupLabel label, String what) {
        return new ConflictException(
                ErrorCode.LEASE_LOST,
                "backup " + label + " in repository " + repository.name() + " was lost: " + what,
                "this operation was taken for dead; let only one process back up a cluster, and repeat");
    }
}
