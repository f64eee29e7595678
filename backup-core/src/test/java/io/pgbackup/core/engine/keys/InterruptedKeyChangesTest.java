package io.pgbackup.core.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.engine.keys.SteppingStorage.Died;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.keys.RotateRequest;
import io.pgbackup.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A change of keys that dies, or meets another, at any call of the store: nobody is locked out, nothing is lost, and repeating completes it. */
class InterruptedKeyChangesTest {
    private static final RotateRequest BOTH_A =
            RotateRequest.withConfiguredKey().and(KeyedRepository.key('b'));
    private static final RotateRequest BOTH_B =
            RotateRequest.withConfiguredKey().and(KeyedRepository.key('a'));

    /** What somebody does with a key, through a storage. */
    private interface Action {
        void run(KeyedRepository repository, Storage through);
    }

    /** A change, who opens whatever becomes of it, and who may open only with or only without it. */
    private record Change(String name, Action action, String always, String added, String removed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Change> changes() {
        return Stream.of(
                new Change(
                        "add",
                        (repository, through) ->
                                repository.changes('a', through).add("third", KeyedRepository.key('c')),
                        "ab",
                        "c",
                        ""),
                new Change(
                        "remove",
                        (repository, through) ->
                                repository.changes('a', through).remove(1),
                        "a",
                        "",
                        "b"),
                new Change(
                        "rotate",
                        (repository, through) ->
                                repository.changes('a', through).rotate(BOTH_A),
                        "ab",
                        "",
                        ""),
                new Change(
                        "rotate and drop",
                        (repository, through) -> repository
                                .changes('a', through)
                                .rotate(RotateRequest.withConfiguredKey().dropping(1)),
                        "a",
                        "",
                        "b"));
    }

    /** Two keys, two generations, an object under each. */
    private static KeyedRepository prepared() {
        return new KeyedRepository().with(repository -> {
            repository.changes('a').add("second", KeyedRepository.key('b'));
            repository.changes('a').rotate(BOTH_A);
            repository.write('b');
        });
    }

    @ParameterizedTest
    @MethodSource("changes")
    void dying(Change change) {
        List<BiFunction<Storage, Integer, SteppingStorage>> ways =
                List.of(SteppingStorage::dyingBefore, SteppingStorage::dyingAfter);
        int deaths = 0;
        for (BiFunction<Storage, Integer, SteppingStorage> way : ways) {
            boolean reached = true;
            for (int step = 1; reached; step++) {
                KeyedRepository repository = prepared();
                SteppingStorage dying = way.apply(repository.storage(), step);
                boolean died = dies(() -> change.action().run(repository, dying));
                reached = dying.stepped();
                assertThat(died).isEqualTo(reached);
                deaths += died ? 1 : 0;
                requireUsable(repository, change);
                repeat(repository, change);
            }
        }
        assertThat(deaths).isGreaterThan(20);
    }

    private static boolean dies(Runnable action) {
        try {
            action.run();
            return false;
        } catch (Died e) {
            return true;
        }
    }

    /** Whoever opens reads all there is, and all agree under which generation they write. */
    private static void requireUsable(KeyedRepository repository, Change change) {
        List<Character> open = new ArrayList<>();
        for (char letter : (change.always() + change.added() + change.removed()).toCharArray()) {
            boolean opens = repository.opens(letter);
            assertThat(opens || change.always().indexOf(letter) < 0)
                    .as("%s is locked out", letter)
                    .isTrue();
            if (opens) {
                open.add(letter);
            }
        }
        assertThat(open.stream().map(repository::write).distinct()).hasSize(1);
        open.forEach(repository::assertReadsAll);
    }

    private static void repeat(KeyedRepository repository, Change change) {
        try {
            change.action().run(repository, repository.storage());
        } catch (PgBackupException e) {
            // It had been done already.
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(e).hasMessageContaining("no key slot 1");
        }
        requireUsable(repository, change);
        change.added().chars().forEach(letter -> repository.assertReadsAll((char) letter));
        change.removed().chars().forEach(letter -> repository.assertRefused((char) letter, ErrorCode.WRONG_KEY));
        repository.changes('a').add("last", KeyedRepository.key('z'));
        assertThat(repository.ring('z').leftBehind()).isZero();
        assertThat(repository.ring('z').damaged()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void meetingARotation(Change change) {
        List<ErrorCode> failures = meeting(change, repository -> {
            boolean there = repository.opens('b');
            RotateRequest own = RotateRequest.withConfiguredKey();
            RotateRequest request = there ? own.and(KeyedRepository.key('b')) : own;
            repository.changes('a').rotate(repository.opens('c') ? request.and(KeyedRepository.key('c')) : request);
        });
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void meetingAnAddition(Change change) {
        List<ErrorCode> failures =
                meeting(change, repository -> repository.changes('a').add("other", KeyedRepository.key('o')));
        // A rotation that began before learns of a slot of which nothing was said.
        assertThat(failures)
                .allMatch(code ->
                        code == ErrorCode.INVALID_REQUEST && change.name().startsWith("rotate"));
    }

    private interface Other {
        void run(KeyedRepository repository);
    }

    private static List<ErrorCode> meeting(Change change, Other other) {
        List<ErrorCode> failures = new ArrayList<>();
        boolean reached = true;
        for (int step = 1; reached; step++) {
            KeyedRepository repository = prepared();
            SteppingStorage stepping =
                    SteppingStorage.meanwhile(repository.storage(), step, () -> other.run(repository));
            try {
                change.action().run(repository, stepping);
            } catch (PgBackupException e) {
                failures.add(e.code());
            }
            reached = stepping.stepped();
            requireUsable(repository, change);
            if (repository.opens('o')) {
                repository.write('o');
                repository.assertReadsAll('o');
                repository.assertReadsAll('a');
            }
        }
        return failures;
    }

    /** Each removes the other: whoever comes second is refused, and one is left. */
    @Test
    void twoThatRemoveEachOther() {
        boolean reached = true;
        for (int step = 1; reached; step++) {
            KeyedRepository repository = prepared();
            SteppingStorage stepping = SteppingStorage.meanwhile(
                    repository.storage(), step, () -> repository.changes('b').remove(0));
            Optional<ErrorCode> refused = Optional.empty();
            try {
                repository.changes('a', stepping).remove(1);
            } catch (PgBackupException e) {
                refused = Optional.of(e.code());
            }
            reached = stepping.stepped();
            boolean first = repository.opens('a');
            boolean second = repository.opens('b');
            assertThat(first ^ second)
                    .as("step %s: a opens %s, b opens %s", step, first, second)
                    .isTrue();
            assertThat(refused.isEmpty()).isEqualTo(first);
            repository.assertReadsAll(first ? 'a' : 'b');
        }
    }

    /** The ring may have been stored although its writer heard of a failure: nothing that it names may be undone. */
    @Test
    void theReplyToTheDecidingCallIsLost() {
        KeyedRepository repository = prepared();
        io.pgbackup.storage.testkit.FaultyStorage faulty = io.pgbackup.storage.testkit.FaultyStorage.around(
                repository.storage().anotherClient());
        faulty.on(io.pgbackup.storage.testkit.Verb.CREATE)
                .matching("keys/ring/*")
                .loseReply();
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> repository.changes('a', faulty).rotate(BOTH_A))
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE));
        faulty.verifyAllFaultsHappened();
        assertThat(repository.write('b')).isEqualTo(3);
        repository.assertReadsAll('a');
        repository.assertReadsAll('b');
        assertThat(repository.changes('b').rotate(BOTH_B)).isEqualTo(4);
        repository.assertReadsAll('a');
    }

    @Test
    void aGenerationThatWasNotCompletedIsNotUsed() {
        KeyedRepository repository = prepared();
        for (int step = 1; !repository.keyObjects().contains("keys/3/0"); step++) {
            repository = prepared();
            KeyedRepository dying = repository;
            SteppingStorage through = SteppingStorage.dyingAfter(dying.storage(), step);
            assertThat(dies(() -> dying.changes('a', through).rotate(BOTH_A))).isTrue();
        }
        assertThat(repository.keyObjects()).doesNotContain("keys/3/1");
        assertThat(repository.write('a')).isEqualTo(2);
        assertThat(repository.ring('a').leftBehind()).isEqualTo(1);
        repository.assertReadsAll('b');
    }
}
