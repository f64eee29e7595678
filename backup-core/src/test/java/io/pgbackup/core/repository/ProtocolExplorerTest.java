package io.pgbackup.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.ProtocolExplorer.Result;
import io.pgbackup.core.repository.lease.LeaseTerms;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.retention.Expiry;
import io.pgbackup.core.repository.set.BeginRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SampleRecords;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The protocol under every interleaving of writers, takers and expires, by the code that really writes, takes and expires. F is a committed base, I1 and I2
 * are begun upon it, A was aborted, and N adopts from A. Each rule broken on purpose loses a set, so the explorer can find one.
 */
class ProtocolExplorerTest {
    private static final BackupLabel F = BackupLabel.parse("20260101-000000F");
    private static final BackupLabel A = BackupLabel.parse("20260101-010000F");
    private static final BackupLabel I1 = BackupLabel.parse("20260101-000000F_20260101-020000I");
    private static final BackupLabel I2 = BackupLabel.parse("20260101-000000F_20260101-030000I");
    private static final BackupLabel N = BackupLabel.parse("20260101-040000F");
    private static final Map<String, BackupLabel> LABELS = Map.of("F", F, "A", A, "I1", I1, "I2", I2, "N", N);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T00:00:00Z"));
    private static final ClusterLayout LAYOUT = ClusterLayout.of("c");

    private final ProtocolExplorer explorer = new ProtocolExplorer(ProtocolExplorerTest::meaning);

    private static OpenRepository open(Storage storage) {
        RepositoryCipher none = RepositoryCipher.unencrypted(new byte[RepositoryCipher.REPOSITORY_ID_LENGTH]);
        return new OpenRepository("explored", storage, none, CodecSpec.NONE);
    }

    /** Of an unencrypted object: everything behind header and frame header, without what follows the text. */
    private static String meaning(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        return text.substring(text.indexOf('{'), text.lastIndexOf('}'));
    }

    private static BackupLabel baseOf(BackupLabel label) {
        return label.equals(N) ? A : F;
    }

    private static BeginRecord begin(BackupLabel label, List<BackupLabel> leansOn) {
        return new BeginRecord(label, "holder", 1, CLOCK.instant(), leansOn, Optional.empty(), List.of());
    }

    private static void store(OpenRepository repository, BackupLabel label) {
        repository.createRecord(LAYOUT.set(label).bundle(0), HeaderKind.BUNDLE, new byte[1]);
    }

    private static void commit(OpenRepository repository, BackupLabel label, List<BackupLabel> leansOn) {
        new SetRecords(repository, LAYOUT).commit(SampleRecords.record(label, leansOn));
    }

    /** A watch for which every holder has been silent for long: anyone may take over at any time. */
    private static LeaseWatch impatient() {
        AtomicLong ticks = new AtomicLong();
        return new LeaseWatch(() -> ticks.addAndGet(Duration.ofDays(1).toNanos()), LeaseTerms.STANDARD);
    }

    private static Consumer<Storage> writer(BackupLabel label) {
        List<BackupLabel> leansOn = List.of(baseOf(label));
        return storage -> {
            OpenRepository repository = open(storage);
            SetRecords records = new SetRecords(repository, LAYOUT);
            Leases leases = new Leases(repository, LAYOUT, impatient());
            Instant now = CLOCK.instant();
            try {
                Leases.Lease lease = leases.take(new Leases.Claim("holder", CLOCK, used -> label));
                leases.settleEarlier(lease, "taken over", now);
                records.begin(begin(label, leansOn));
                records.requireUnsettled(label);
                if (!records.mayLeanOn(baseOf(label))) {
                    records.abort(label, "choose again", now);
                    return;
                }
                store(repository, label);
                commit(repository, label, leansOn);
            } catch (PgBackupException e) {
                records.abort(label, e.code().name(), now);
            }
        };
    }

    private static Consumer<Storage> expire(BackupLabel target, boolean evenUnsettled) {
        return storage -> {
            OpenRepository repository = open(storage);
            boolean chosen = evenUnsettled
                    || new Catalog(repository, LAYOUT)
                            .settlement(target)
                            .filter(Catalog.Settlement.COMMITTED::equals)
                            .isPresent();
            Expiry.Ages ages = new Expiry.Ages(Duration.ZERO, Duration.ZERO);
            new Expiry(repository, LAYOUT, ages, CLOCK, () -> {}).run(chosen ? Map.of(target, "old") : Map.of());
        };
    }

    private static Map<String, byte[]> initial() {
        MemoryStorage memory = new MemoryStorage(CLOCK);
        OpenRepository repository = open(memory);
        SetRecords records = new SetRecords(repository, LAYOUT);
        records.begin(begin(F, List.of()));
        store(repository, F);
        commit(repository, F, List.of());
        records.begin(begin(A, List.of()));
        store(repository, A);
        records.abort(A, "died", CLOCK.instant());
        Map<String, byte[]> objects = new TreeMap<>();
        for (ObjectKey key : memory.keys()) {
            try (InputStream in = memory.read(key, ByteRange.all())) {
                objects.put(key.toString(), in.readAllBytes());
            } catch (IOException | StorageException e) {
                throw new IllegalStateException(e);
            }
        }
        return objects;
    }

    private static Optional<String> lostSet(Predicate<String> store) {
        for (BackupLabel label : List.of(I1, I2, N)) {
            BackupLabel base = baseOf(label);
            if (store.test(LAYOUT.record(label) + "#" + HeaderKind.COMMIT.code())) {
                if (!store.test(LAYOUT.set(label).bundle(0).toString())) {
                    return Optional.of(label + " is listed, its data deleted");
                }
                if (!store.test(LAYOUT.set(base).bundle(0).toString())) {
                    return Optional.of(label + " is listed, the data of " + base + " deleted");
                }
                if (base.equals(F) && !store.test(LAYOUT.record(F).toString())) {
                    return Optional.of(label + " is listed, its base is not");
                }
            }
        }
        return Optional.empty();
    }

    private ExploredActor actor(String name, Supplier<Sabotage> sabotage) {
        BackupLabel label = Objects.requireNonNull(LABELS.get(name.substring(2)));
        Consumer<Storage> code = switch (name.charAt(0)) {
            case 'W' -> writer(label);
            case 'U' -> expire(label, true);
            default -> expire(label, false);
        };
        return new ExploredActor(code, sabotage, explorer::content);
    }

    private Result explore(String constellation, int mostSwitches) {
        return explore(constellation, mostSwitches, Sabotage::new, Sabotage::new);
    }

    private Result explore(
            String constellation, int mostSwitches, Supplier<Sabotage> writers, Supplier<Sabotage> expires) {
        List<ExploredActor> actors = new ArrayList<>();
        for (String name : constellation.split(" ")) {
            actors.add(actor(name, name.startsWith("W") ? writers : expires));
        }
        return explorer.explore(initial(), actors, mostSwitches, ProtocolExplorerTest::lostSet);
    }

    @ParameterizedTest
    @CsvSource({"W:I1 X:F,3", "W:N X:A,3", "W:I1 W:I2,4", "W:I1 W:N X:F,1", "W:I1 X:F X:I1,1", "W:N X:A X:A,1"})
    void noInterleavingLosesASet(String constellation, int mostSwitches) {
        Result result = explore(constellation, mostSwitches);
        assertThat(result.lost()).as("%s", result.trace()).isEmpty();
        assertThat(result.states()).isGreaterThan(1_000);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "W:I1 W:I2 X:F X:F,2",
        "W:I1 X:F X:I1 X:F,2",
        "W:N X:A X:A W:I1,2",
        "W:N W:I1 X:A X:F,2",
        "W:I1 W:I2 X:I1 X:F,2",
        "W:I1 X:F,1000",
        "W:N X:A,1000"
    })
    void noInterleavingOfManyLosesASet(String constellation, int mostSwitches) {
        noInterleavingLosesASet(constellation, mostSwitches);
    }

    static Stream<Arguments> brokenRules() {
        Supplier<Sabotage> honest = Sabotage::new;
        Supplier<Sabotage> blind = Sabotage.BlindWriter::new;
        Supplier<Sabotage> silent = Sabotage.SilentExpire::new;
        Supplier<Sabotage> hasty = Sabotage.HastyExpire::new;
        Supplier<Sabotage> tidy = () -> new Sabotage.TidyExpire("backup");
        return Stream.of(
                Arguments.of("the writer does not look", "W:I1 X:F", blind, honest),
                Arguments.of("expire does not retire", "W:I1 X:F", honest, silent),
                Arguments.of("expire looks before it retires", "W:I1 X:F", honest, hasty),
                Arguments.of("expire deletes abort records", "W:I1 W:I2 X:F", honest, tidy),
                Arguments.of("expire chooses what is not settled", "W:I1 U:I1", honest, honest));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenRules")
    void aBrokenRuleLosesASet(
            String rule, String constellation, Supplier<Sabotage> writers, Supplier<Sabotage> expires) {
        Result result = explore(constellation, 2, writers, expires);
        assertThat(result.lost()).as(rule).isPresent();
    }
}
