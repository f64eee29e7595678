package io.pgbackup.core.repository;

import io.pgbackup.core.repository.ExploredStorage.Call;
import io.pgbackup.core.repository.ExploredStorage.Stop;
import io.pgbackup.storage.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * An actor of the protocol as a tree: where it is depends only on the replies it got so far. A place in the tree is found once by running the real code
 * with these replies; after that it is known, so that exploring is as fast as in a model that was written by hand.
 */
final class ExploredActor {
    /** Where an actor is: its next call, unless it has ended. */
    final class Place {
        final int number;
        final Optional<Call> next;
        private final List<Object> replies;
        private final Map<Object, Place> after = new HashMap<>();

        private Place(List<Object> replies) {
            this.replies = replies;
            this.next = run(replies);
            this.number = places++;
        }

        /** Where the actor is when it has got this reply. */
        Place after(Object reply) {
            return after.computeIfAbsent(reply, key -> {
                List<Object> longer = new ArrayList<>(replies);
                longer.add(reply);
                return new Place(Collections.unmodifiableList(longer));
            });
        }
    }

    private final Consumer<Storage> code;
    private final Supplier<Sabotage> sabotage;
    private final IntFunction<byte[]> contents;
    private int places;

    ExploredActor(Consumer<Storage> code, Supplier<Sabotage> sabotage, IntFunction<byte[]> contents) {
        this.code = code;
        this.sabotage = sabotage;
        this.contents = contents;
    }

    Place begin() {
        return new Place(List.of());
    }

    int places() {
        return places;
    }

    private Optional<Call> run(List<Object> replies) {
        ExploredStorage storage = new ExploredStorage(replies, contents, sabotage.get());
        try {
            code.accept(storage);
        } catch (Stop e) {
            return storage.stoppedAt();
        }
        return storage.stoppedAt();
    }
}
