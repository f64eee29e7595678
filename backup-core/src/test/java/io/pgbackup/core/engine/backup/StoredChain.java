package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A full set and incremental ones of a cluster in memory, in a repository that is a directory, with what each of them holds. */
public final class StoredChain {
    public static final String CLUSTER = "model";
    private static final ClusterPath TABLE = ClusterPath.of("base/1/16384");
    private static final int PAGE = FakeCluster.PAGE_SIZE;

    private final Path directory;
    private final Repository repository;
    private final List<BackupRecord> records = new ArrayList<>();
    private final List<Map<ClusterPath, byte[]>> states = new ArrayList<>();

    private StoredChain(Path directory) {
        this.directory = directory;
        this.repository = Repository.at("file://" + directory)
                .unencrypted()
                .named("model")
                .build();
    }

    /** Takes sets: a large table of which pages change, files that come and go, zeros, and files that are not of pages. */
    public static StoredChain in(Path directory, int sets) throws java.io.IOException {
        StoredChain chain = new StoredChain(Files.createDirectories(directory));
        Random random = new Random(sets);
        FakeCluster cluster = new FakeCluster();
        cluster.files.put(ClusterPath.of("PG_VERSION"), new byte[] {'1', '7', '\n'});
        cluster.files.put(TABLE, FakeCluster.pages(random, 1, 0, 300));
        try (SetHarness harness = new SetHarness(chain.repository(), new LocalDirectoryStorage(directory))) {
            for (int set = 0; set < sets; set++) {
                long lsn = 1000L * (set + 1);
                change(cluster, random, set, lsn - 1);
                BackupRecord record = harness.takeLabelled(BackupRequest.auto(), cluster, lsn);
                chain.records.add(record);
                Map<ClusterPath, byte[]> state = new TreeMap<>(cluster.copy());
                state.putAll(SetHarness.lateContent(record.label()));
                chain.states.add(state);
            }
        }
        return chain;
    }

    private static void change(FakeCluster cluster, Random random, int set, long lsn) {
        byte[] table = cluster.files.getOrDefault(TABLE, new byte[0]).clone();
        for (int change = 0; change < 5; change++) {
            int block = random.nextInt(table.length / PAGE);
            System.arraycopy(FakeCluster.page(random, lsn, block), 0, table, block * PAGE, PAGE);
        }
        cluster.files.put(TABLE, table);
        cluster.files.put(ClusterPath.of("base/1/" + (20000 + set)), FakeCluster.pages(random, lsn, 0, 3 + set));
        cluster.files.remove(ClusterPath.of("base/1/" + (20000 + set - 2)));
        byte[] zeros = FakeCluster.pages(random, lsn, 0, 6);
        Arrays.fill(zeros, PAGE, 3 * PAGE, (byte) 0);
        cluster.files.put(ClusterPath.of("base/1/30000"), zeros);
        byte[] plain = new byte[150_000 + set];
        random.nextBytes(plain);
        cluster.files.put(ClusterPath.of("pg_xact/0000"), plain);
        cluster.files.put(ClusterPath.of("base/1/PG_VERSION"), new byte[] {'1', '7', '\n'});
    }

    public Repository repository() {
        return repository;
    }

    public PgBackup open() {
        return PgBackup.of(Cluster.named(CLUSTER).withoutServer())
                .repository(repository)
                .parallelism(2)
                .build();
    }

    /** The directory of the cluster in the repository. */
    public Path place() {
        return directory.resolve(CLUSTER);
    }

    public List<BackupLabel> labels() {
        return records.stream().map(BackupRecord::label).toList();
    }

    public BackupLabel label(int set) {
        return records.get(set).label();
    }

    /** What a set holds. */
    public Map<ClusterPath, byte[]> state(int set) {
        return states.get(set);
    }
}
