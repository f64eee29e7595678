package io.pgbackup.core.storage;

import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.StorageContract;
import io.pgbackup.storage.testkit.Verb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.io.TempDir;

/** Retries hide failures of the network so well that a storage behind them keeps every promise. */
class RetryingFaultyStorageContractTest extends StorageContract {
    private static final RetryPolicy PATIENT =
            RetryPolicy.standard().withAttempts(100).withElapsedBound(Duration.ofHours(1));
    private static final RetryTiming IN_NO_TIME = new RetryTiming(System::nanoTime, duration -> {}, () -> 0.5);

    @TempDir
    private Path directory;

    private final Random random = new Random(20261121);

    @Override
    protected Storage open() {
        FaultyStorage faulty =
                FaultyStorage.around(new LocalDirectoryStorage(directory.resolve("repository"), new NoSync()));
        // Objects of a repository begin with a random salt. Those of the contract do not: for this one, equal bytes are
        // the test.
        Predicate<String> salted = key -> !key.endsWith("/once");
        faulty.on(Verb.CREATE).matching(salted).chance(10, random).unavailable();
        faulty.on(Verb.CREATE).matching(salted).chance(10, random).loseReply();
        faulty.on(Verb.READ).chance(10, random).unavailable();
        faulty.on(Verb.READ).chance(10, random).breakAfter(17);
        faulty.on(Verb.READ).chance(10, random).endEarlyAfter(50);
        faulty.on(Verb.STAT).chance(10, random).unavailable();
        faulty.on(Verb.LIST).chance(10, random).loseReply();
        faulty.on(Verb.DELETE).chance(10, random).loseReply();
        faulty.on(Verb.DELETE_KEY).chance(10, random).unavailable();
        return new RetryingStorage(faulty, PATIENT, IN_NO_TIME, RetryListener.none());
    }

    @Override
    protected boolean allowsObjectsBelowObjects() {
        return false;
    }

    @Override
    protected int listingSize() {
        // What fails here does not depend on numbers.
        return 200;
    }
}
