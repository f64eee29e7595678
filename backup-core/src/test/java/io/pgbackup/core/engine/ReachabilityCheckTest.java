package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.engine.FaultyStorageProvider.FaultPlan;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.storage.FileStorageProvider;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageUnavailableException;
import io.pgbackup.storage.testkit.Verb;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check says how far it came. There is no server: what is said about repositories does not wait for one. */
class ReachabilityCheckTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeARepository() throws StorageException {
        String place = "file://" + directory.resolve("repository");
        try (var storage = new FileStorageProvider()
                .open(StorageLocation.parse(place), ProviderConfig.none(), StorageContext.system())) {
            new RepositoryOpener(InstantSource.system())
                    .create(Repository.at(place).unencrypted().build(), storage);
        }
    }

    @Test
    void aNameWithoutAnAddressIsSaidAtOnceAndNothingElseIsTried() {
        Function<String, StorageException> unknown = subject ->
                new StorageUnavailableException("cannot reach the store", new UnknownHostException("nowhere.invalid"));

        List<Item> items = check(faults -> faults.on(Verb.STAT).always().fail(unknown));

        assertThat(items).singleElement().satisfies(item -> {
            assertThat(item.subject()).isEqualTo("repository main: name of the host");
            assertThat(item.passed()).isFalse();
            assertThat(item.remedy()).contains("spelling");
        });
    }

    @Test
    void wrongCredentialsAreToldFromMissingPermissions() {
        Function<String, StorageException> wrong =
                subject -> StorageDeniedException.at(FailedStep.CREDENTIALS, "no such key", null);

        List<Item> items = check(faults -> faults.on(Verb.STAT).always().fail(wrong));

        assertThat(items).extracting(Item::subject).containsExactly("repository main: authentication");
    }

    @Test
    void theMissingPermissionIsNamed() {
        List<Item> items = check(faults -> faults.on(Verb.CREATE).always().denied());

        assertThat(items)
                .extracting(Item::subject)
                .contains("repository main: authorisation", "repository main: permissions");
        Item permissions = items.get(items.size() - 1);
        assertThat(permissions.message())
                .isEqualTo("list: yes, create: no, look: yes, read: yes, as far as can be tried, delete: yes");
        assertThat(permissions.remedy()).isEqualTo("let this identity create objects at the place of the repository");
    }

    @Test
    void anIdentityThatMayNotReadIsToldSo() {
        List<Item> items = check(faults -> {
            faults.on(Verb.STAT).always().denied();
            faults.on(Verb.READ).always().denied();
            faults.on(Verb.DELETE_KEY).always().denied();
        });

        assertThat(items.get(1).message())
                .isEqualTo(
                        "list: yes, create: yes, look: no, read: no, delete: no (deleting is needed to expire, not to back up)");
        assertThat(items.get(1).remedy()).contains("look, read objects");
    }

    @Test
    void whatIsNoMatterOfTheWayIsLeftToTheRoundTrip() {
        List<Item> items = check(faults -> {});

        assertThat(items).extracting(Item::subject).containsExactly("repository main", "repository main: append-only");
    }

    private List<Item> check(FaultPlan plan) {
        Repository repository = Repository.at("faulty://" + directory.resolve("repository"))
                .with(Faults.planned(plan))
                .unencrypted()
                .named("main")
                .build();
        Cluster cluster = Cluster.named("main")
                .at(directory)
                .connectedBy(PgConnection.socket(directory, 5432, "postgres").user("nobody"))
                .build();
        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            return pg.check().items().stream()
                    .filter(item -> item.subject().startsWith("repository"))
                    .toList();
        }
    }
}
