package io.pgbackup.core.repository;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The protocol with its smallest steps only, so that every interleaving of four actors can be visited: any may stop for ever, and anyone may take over or
 * expire at any time. Labels: F (committed base), I1 and I2 (upon F), A (aborted, adoptable), N (adopts A). Actors: writers W, expires X, and Z, the holder of an
 * aborted label who is alive and does not know it.
 */
final class ProtocolModel {
    /** A rule that is broken. */
    enum Broken {
        NONE,
        NO_LOOK,
        NO_RETIRE,
        LOOK_BEFORE_RETIRE,
        ABORT_RECORD_DELETED,
        RETIRE_RECORD_OF_ABORTED_DELETED,
        UNSETTLED_CHOSEN,
        ONLY_BEGUN_SETTLED
    }

    /** How far was explored, and the lost set that was found first. */
    record Result(int states, Optional<String> lost) {}

    private enum Step {
        LEASE,
        SETTLE,
        BEGIN,
        LOOK_RETIRE,
        LOOK_RECORD,
        DATA,
        COMMIT,
        CHOOSE,
        RETIRE,
        LOOK_BEGIN,
        LOOK_RUNNING,
        RETIRE_LATE,
        DELETE_RECORD,
        DELETE_DATA,
        FORGET,
        END
    }

    private static final int F = 0;
    private static final int I1 = 1;
    private static final int I2 = 2;
    private static final int A = 3;
    private static final int N = 4;
    private static final int LABELS = 5;
    private static final int COMMIT = 1;
    private static final int ABORT = 2;
    private static final List<String> NAMES = List.of("F", "I1", "I2", "A", "N");
    private static final int MOST_LEASES = 4;

    private record Actor(char role, int label) {
        Step begin() {
            return switch (role) {
                case 'W' -> Step.LEASE;
                case 'Z' -> Step.DATA;
                default -> Step.CHOOSE;
            };
        }
    }

    /** Whole state; cloned for each step. */
    private static final class World {
        private final byte[] record = new byte[LABELS];
        private final boolean[] data = new boolean[LABELS];
        private final boolean[] begun = new boolean[LABELS];
        private final boolean[] retired = new boolean[LABELS];
        private final boolean[] fenced = new boolean[LABELS];
        private final byte[] leases = new byte[MOST_LEASES];
        private final Step[] steps;
        private final byte[] arguments;

        World(int actors) {
            steps = new Step[actors];
            arguments = new byte[actors];
        }

        World copy() {
            World copy = new World(steps.length);
            System.arraycopy(record, 0, copy.record, 0, LABELS);
            System.arraycopy(data, 0, copy.data, 0, LABELS);
            System.arraycopy(begun, 0, copy.begun, 0, LABELS);
            System.arraycopy(retired, 0, copy.retired, 0, LABELS);
            System.arraycopy(fenced, 0, copy.fenced, 0, LABELS);
            System.arraycopy(leases, 0, copy.leases, 0, MOST_LEASES);
            System.arraycopy(steps, 0, copy.steps, 0, steps.length);
            System.arraycopy(arguments, 0, copy.arguments, 0, arguments.length);
            return copy;
        }

        World at(int actor, Step step, int argument) {
            steps[actor] = step;
            arguments[actor] = (byte) argument;
            return this;
        }

        int leaseCount() {
            int count = 0;
            while (count < MOST_LEASES && leases[count] != 0) {
                count++;
            }
            return count;
        }

        List<Object> identity() {
            long store = 0;
            for (int label = 0; label < LABELS; label++) {
                store = store * 64
                        + (fenced[label] ? 32 : 0)
                        + record[label] * 8
                        + (data[label] ? 4 : 0)
                        + (begun[label] ? 2 : 0)
                        + (retired[label] ? 1 : 0);
            }
            for (byte lease : leases) {
                store = store * 8 + lease;
            }
            long where = 0;
            for (int actor = 0; actor < steps.length; actor++) {
                where = where * 128 + steps[actor].ordinal() * 8L + arguments[actor];
            }
            return List.of(store, where);
        }
    }

    private final Broken broken;
    private final List<Actor> actors;

    /** Actors as {@code W:I1} and {@code X:F}. */
    ProtocolModel(String constellation, Broken broken) {
        this.broken = broken;
        this.actors = Arrays.stream(constellation.split(" "))
                .map(name -> new Actor(name.charAt(0), NAMES.indexOf(name.substring(2))))
                .toList();
    }

    private static int baseOf(int label) {
        return label == N ? A : F;
    }

    private static boolean leansOn(int label, int base) {
        return (label == I1 || label == I2 || label == N) && baseOf(label) == base;
    }

    Result explore() {
        World begin = new World(actors.size());
        begin.record[F] = COMMIT;
        begin.record[A] = ABORT;
        for (int label : new int[] {F, A}) {
            begin.data[label] = true;
            begin.begun[label] = true;
        }
        for (int actor = 0; actor < actors.size(); actor++) {
            begin.at(actor, actors.get(actor).begin(), 0);
        }
        Set<List<Object>> seen = new HashSet<>(Set.of(begin.identity()));
        Deque<World> open = new ArrayDeque<>(List.of(begin));
        while (!open.isEmpty()) {
            World world = open.pop();
            Optional<String> lost = lostSet(world);
            if (lost.isPresent()) {
                return new Result(seen.size(), lost);
            }
            for (int actor = 0; actor < actors.size(); actor++) {
                if (world.steps[actor] != Step.END) {
                    World next = actors.get(actor).role() == 'X' ? expire(world, actor) : write(world, actor);
                    if (seen.add(next.identity())) {
                        open.push(next);
                    }
                }
            }
        }
        return new Result(seen.size(), Optional.empty());
    }

    private World write(World world, int actor) {
        World next = world.copy();
        int label = actors.get(actor).label();
        int base = baseOf(label);
        switch (world.steps[actor]) {
            case LEASE -> {
                int number = world.leaseCount();
                next.leases[number] = (byte) (label + 1);
                next.at(actor, Step.SETTLE, number);
            }
            case SETTLE -> settle(next, actor);
            case BEGIN -> {
                fence(next, world.arguments[actor]);
                next.begun[label] = true;
                next.at(actor, broken == Broken.NO_LOOK ? Step.DATA : Step.LOOK_RETIRE, 0);
            }
            case LOOK_RETIRE -> next.at(actor, world.retired[base] ? Step.END : Step.LOOK_RECORD, 0);
            case LOOK_RECORD -> {
                int wanted = base == A ? ABORT : COMMIT;
                next.at(actor, world.record[base] == wanted ? Step.DATA : Step.END, 0);
            }
            case DATA -> {
                boolean possible = label != N || world.data[A];
                next.data[label] |= possible;
                next.at(actor, possible ? Step.COMMIT : Step.END, 0);
            }
            default -> {
                next.record[label] = world.record[label] == 0 ? COMMIT : world.record[label];
                next.at(actor, Step.END, 0);
            }
        }
        return next;
    }

    private void settle(World next, int actor) {
        for (int number = 0; number < next.arguments[actor]; number++) {
            int label = next.leases[number] - 1;
            if (next.record[label] == 0 && (broken != Broken.ONLY_BEGUN_SETTLED || next.begun[label])) {
                next.record[label] = ABORT;
                return;
            }
        }
        next.at(actor, Step.BEGIN, next.arguments[actor]);
    }

    /** Who begins relies on it that no earlier holder can commit any more. */
    private static void fence(World next, int lease) {
        for (int number = 0; number < lease; number++) {
            int label = next.leases[number] - 1;
            next.fenced[label] |= next.record[label] == 0;
        }
    }

    private World expire(World world, int actor) {
        World next = world.copy();
        int target = actors.get(actor).label();
        int argument = world.arguments[actor];
        switch (world.steps[actor]) {
            case CHOOSE -> {
                boolean chosen = world.record[target] != 0 || broken == Broken.UNSETTLED_CHOSEN;
                boolean marks = broken != Broken.NO_RETIRE && broken != Broken.LOOK_BEFORE_RETIRE;
                next.at(actor, !chosen ? Step.END : marks ? Step.RETIRE : Step.LOOK_BEGIN, 0);
            }
            case RETIRE -> {
                next.retired[target] = true;
                next.at(actor, Step.LOOK_BEGIN, 0);
            }
            case LOOK_BEGIN -> {
                Step done = broken == Broken.LOOK_BEFORE_RETIRE ? Step.RETIRE_LATE : Step.DELETE_RECORD;
                boolean running = argument < LABELS && world.begun[argument] && leansOn(argument, target);
                next.at(
                        actor,
                        argument == LABELS ? done : running ? Step.LOOK_RUNNING : Step.LOOK_BEGIN,
                        argument == LABELS ? 0 : running ? argument : argument + 1);
            }
            case LOOK_RUNNING -> {
                boolean aborted = world.record[argument] == ABORT;
                next.at(actor, aborted ? Step.LOOK_BEGIN : Step.END, aborted ? argument + 1 : 0);
            }
            case RETIRE_LATE -> {
                next.retired[target] = true;
                next.at(actor, Step.DELETE_RECORD, 0);
            }
            case DELETE_RECORD -> {
                if (world.record[target] == COMMIT || broken == Broken.ABORT_RECORD_DELETED) {
                    next.record[target] = 0;
                }
                next.at(actor, Step.DELETE_DATA, 0);
            }
            case DELETE_DATA -> {
                next.data[target] = false;
                next.begun[target] = false;
                next.at(actor, Step.FORGET, 0);
            }
            default -> {
                if (world.record[target] != ABORT || broken == Broken.RETIRE_RECORD_OF_ABORTED_DELETED) {
                    next.retired[target] = false;
                }
                next.at(actor, Step.END, 0);
            }
        }
        return next;
    }

    private static Optional<String> lostSet(World world) {
        List<String> lost = new ArrayList<>();
        for (int label : new int[] {I1, I2, N}) {
            int base = baseOf(label);
            if (world.record[label] == COMMIT) {
                if (world.fenced[label]) {
                    lost.add(NAMES.get(label) + " was taken over and committed all the same");
                }
                boolean whole = world.data[label] && world.data[base] && (base != F || world.record[F] == COMMIT);
                if (!whole) {
                    lost.add(NAMES.get(label));
                }
            }
        }
        return lost.stream().findFirst();
    }
}
