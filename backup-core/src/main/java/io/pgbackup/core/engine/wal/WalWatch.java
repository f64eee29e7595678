package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.engine.OperationStarter;
import io.pgbackup.core.engine.wal.WatchedLane.Sight;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.Warning;
import io.pgbackup.wal.WalGap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Looks whether something of the log is missing in a repository, tells it once, and has repositories caught up from others. What is seen once may be on its
 * way: files come in parallel. What is seen twice is told. An operation is begun only when there is something to tell. For one thread.
 */
public final class WalWatch {
    private static final int LONGEST_PAUSE = 15;

    private final OperationStarter starter;
    private final Mending mending;
    private final Map<WatchedLane, State> lanes = new LinkedHashMap<>();
    private final List<Warning> news = new ArrayList<>();

    /** What is known of a repository. */
    private static final class State {
        private final Finding<String> unreachable = new Finding<>();
        private final Finding<WalFileName> behind = new Finding<>();
        private final Map<String, Finding<String>> gaps = new HashMap<>();
        private int looksBehind;

        /** Whether to catch up at this look: less and less often, for it lists everything. */
        boolean due() {
            looksBehind++;
            return (looksBehind & (looksBehind - 1)) == 0 || looksBehind % LONGEST_PAUSE == 0;
        }
    }

    /** Something that was seen, perhaps more than once, and perhaps told. */
    private static final class Finding<T> {
        private Set<T> before = Set.of();
        private boolean told;

        /** Takes what is seen now; true if some of it was seen before, and it has not been told yet. */
        boolean lasts(Set<T> now) {
            boolean again = now.stream().anyMatch(before::contains);
            before = now;
            boolean tell = again && !told;
            told |= again;
            return tell;
        }

        /** Not seen any more; true if it had been told. */
        boolean ends() {
            boolean was = told;
            before = Set.of();
            told = false;
            return was;
        }
    }

    /**
     * What is done about it.
     *
     * @param settle records what was given up
     * @param catchUp brings what a repository lacks, later
     */
    record Mending(Runnable settle, Consumer<WalLane> catchUp) {}

    WalWatch(WalLanes lanes, OperationStarter starter, Mending mending) {
        this.starter = starter;
        this.mending = mending;
        lanes.all().forEach(lane -> this.lanes.put(new WatchedLane(lane), new State()));
    }

    /** Looks once at every repository, and tells what is new. */
    public void look() {
        mending.settle().run();
        Map<WatchedLane, Sight> sights = new LinkedHashMap<>();
        lanes.forEach((lane, state) -> sight(lane, state).ifPresent(sight -> sights.put(lane, sight)));
        sights.forEach((lane, sight) -> {
            gaps(lane, sight);
            behind(lane, sights);
        });
        if (!news.isEmpty()) {
            List<Warning> told = List.copyOf(news);
            news.clear();
            starter.run(OperationKind.WAL_WATCH, operation -> {
                told.forEach(warning -> operation.warn(warning.subject(), warning.message()));
                return true;
            });
        }
    }

    private void tell(WatchedLane lane, String message) {
        news.add(new Warning("repository " + lane.lane().where().name(), message));
    }

    private Optional<Sight> sight(WatchedLane lane, State state) {
        try {
            Sight sight = lane.look();
            if (state.unreachable.ends()) {
                tell(lane, "its archive answers again");
            }
            return Optional.of(sight);
        } catch (PgBackupException e) {
            if (state.unreachable.lasts(Set.of(e.code().name()))) {
                tell(
                        lane,
                        "its archive cannot be looked at, so WAL may be missing there: " + e.code() + ": "
                                + e.getMessage());
            }
            return Optional.empty();
        }
    }

    private void gaps(WatchedLane lane, Sight sight) {
        Map<String, Finding<String>> known = state(lane).gaps;
        Map<String, WalGap> now = sight.gaps().stream()
                .collect(Collectors.toMap(WalGap::firstMissing, gap -> gap, (one, other) -> one, LinkedHashMap::new));
        known.keySet().retainAll(now.keySet());
        now.forEach((first, gap) -> {
            if (known.computeIfAbsent(first, key -> new Finding<>()).lasts(Set.of(first))) {
                tell(
                        lane,
                        "WAL is missing in the archive: " + ArchiveGaps.describe(gap)
                                + ". One cannot recover over it: take a backup");
            }
        });
    }

    private State state(WatchedLane lane) {
        return Objects.requireNonNull(lanes.get(lane));
    }

    /** What others have and this one lacks; and what it was passed over with is brought as soon as it answers. */
    private void behind(WatchedLane lane, Map<WatchedLane, Sight> sights) {
        Sight own = Objects.requireNonNull(sights.get(lane));
        Finding<WalFileName> known = state(lane).behind;
        Set<WalFileName> missing = sights.values().stream()
                .flatMap(sight -> sight.names().stream())
                .filter(name -> own.expected().includes(name) && !own.names().contains(name))
                .collect(Collectors.toSet());
        boolean passedOver = lane.lane().takeBehind();
        if (missing.isEmpty()) {
            state(lane).looksBehind = 0;
            if (known.ends()) {
                tell(lane, "its archive has caught up with the others");
            }
        } else if (known.lasts(missing)) {
            tell(
                    lane,
                    "its archive lags behind: it lacks " + missing.size() + " files that others have, the oldest is "
                            + missing.stream()
                                    .map(WalFileName::toString)
                                    .min(Comparator.naturalOrder())
                                    .orElseThrow());
        }
        if (known.told && state(lane).due() || passedOver) {
            lane.forget();
            mending.catchUp().accept(lane.lane());
        }
    }
}
