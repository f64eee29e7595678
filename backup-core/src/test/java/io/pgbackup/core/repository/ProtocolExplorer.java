package io.pgbackup.core.repository;

import io.pgbackup.core.repository.ExploredActor.Place;
import io.pgbackup.core.repository.ExploredStorage.Call;
import io.pgbackup.core.repository.ExploredStorage.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Every interleaving of some actors upon one store: at each storage call of one of them any other may go on first, and each of them may stop for ever.
 * Optionally bounded by the number of times that an actor is left although it could go on.
 */
final class ProtocolExplorer {
    /** What was found. */
    record Result(long states, Optional<String> lost, List<String> trace) {}

    private record State(int[] store, Place[] places, int last, int switches, Optional<Step> step) {}

    private record Step(State before, String text) {}

    private final List<String> keys = new ArrayList<>();
    private final Map<String, Integer> keyNumbers = new HashMap<>();
    private final List<byte[]> contents = new ArrayList<>(List.of(new byte[0]));
    private final Map<String, Integer> contentNumbers = new HashMap<>();
    private final Function<byte[], String> meaning;

    /** The meaning of contents tells which are equal although they were sealed apart. */
    ProtocolExplorer(Function<byte[], String> meaning) {
        this.meaning = meaning;
    }

    byte[] content(int number) {
        return contents.get(number);
    }

    private int keyNumber(String key) {
        return keyNumbers.computeIfAbsent(key, name -> {
            keys.add(name);
            return keys.size() - 1;
        });
    }

    private int contentNumber(String key, byte[] content) {
        String name = key + ' ' + (key.contains("/lease/") ? meaning.apply(content) : content[4]);
        return contentNumbers.computeIfAbsent(name, unknown -> {
            contents.add(content);
            return contents.size() - 1;
        });
    }

    /** Explores from a store until a state is bad; at most so many switches away from actors that could go on. */
    Result explore(
            Map<String, byte[]> initial,
            List<ExploredActor> actors,
            int mostSwitches,
            Function<Predicate<String>, Optional<String>> bad) {
        int[] store = new int[0];
        for (Map.Entry<String, byte[]> object : initial.entrySet()) {
            store = with(store, keyNumber(object.getKey()), contentNumber(object.getKey(), object.getValue()));
        }
        Place[] places = actors.stream().map(ExploredActor::begin).toArray(Place[]::new);
        Map<Long, Integer> seen = new HashMap<>();
        List<State> open = new ArrayList<>(List.of(new State(store, places, -1, 0, Optional.empty())));
        while (!open.isEmpty()) {
            State state = open.remove(open.size() - 1);
            for (int actor = 0; actor < places.length; actor++) {
                Optional<State> next = step(state, actor, mostSwitches);
                if (next.isPresent() && isNew(seen, next.get(), mostSwitches)) {
                    int[] after = next.get().store();
                    Optional<String> lost = after == state.store() ? Optional.empty() : bad.apply(describe(after));
                    if (lost.isPresent()) {
                        return new Result(seen.size(), lost, traceOf(next.get()));
                    }
                    open.add(next.get());
                }
            }
        }
        return new Result(seen.size(), Optional.empty(), List.of());
    }

    private Optional<State> step(State state, int actor, int mostSwitches) {
        Place place = state.places()[actor];
        if (place.next.isEmpty()) {
            return Optional.empty();
        }
        boolean switched = state.last() >= 0 && state.last() != actor && state.places()[state.last()].next.isPresent();
        int switches = state.switches() + (switched ? 1 : 0);
        if (switches > mostSwitches) {
            return Optional.empty();
        }
        Call call = place.next.get();
        int[] after = apply(state.store(), call);
        Place[] places = state.places().clone();
        places[actor] = place.after(reply(state.store(), call));
        String text = actor + " " + call.verb() + " " + String.join(" ", call.keys());
        return Optional.of(new State(after, places, actor, switches, Optional.of(new Step(state, text))));
    }

    private static boolean isNew(Map<Long, Integer> seen, State state, int mostSwitches) {
        long hash = 17;
        for (int content : state.store()) {
            hash = mix(hash, content);
        }
        hash = mix(hash, -1);
        for (Place place : state.places()) {
            hash = mix(hash, place.number);
        }
        if (mostSwitches < Integer.MAX_VALUE) {
            hash = mix(hash, state.last());
        }
        Integer before = seen.get(hash);
        if (before != null && before <= state.switches()) {
            return false;
        }
        seen.put(hash, mostSwitches < Integer.MAX_VALUE ? state.switches() : 0);
        return true;
    }

    private static long mix(long hash, int value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 32);
    }

    private int[] apply(int[] store, Call call) {
        return switch (call.verb()) {
            case CREATE -> {
                int key = keyNumber(call.key());
                byte[] content = java.util.Objects.requireNonNull(call.content());
                yield at(store, key) == 0 ? with(store, key, contentNumber(call.key(), content)) : store;
            }
            case DELETE -> {
                int[] after = store;
                for (String key : call.keys()) {
                    after = at(after, keyNumber(key)) == 0 ? after : with(after, keyNumber(key), 0);
                }
                yield after;
            }
            default -> store;
        };
    }

    private Object reply(int[] store, Call call) {
        return switch (call.verb()) {
            case CREATE -> at(store, keyNumber(call.key())) == 0;
            case READ -> at(store, keyNumber(call.key()));
            case STAT -> at(store, keyNumber(call.key())) != 0;
            case LIST -> names(store, call.key() + "/");
            case DELETE -> true;
        };
    }

    private Names names(int[] store, String prefix) {
        TreeSet<String> objects = new TreeSet<>();
        TreeSet<String> prefixes = new TreeSet<>();
        for (int number = 0; number < store.length; number++) {
            String key = keys.get(number);
            if (store[number] != 0 && key.startsWith(prefix)) {
                int slash = key.indexOf('/', prefix.length());
                if (slash < 0) {
                    objects.add(key);
                } else {
                    prefixes.add(key.substring(0, slash));
                }
            }
        }
        return new Names(List.copyOf(objects), List.copyOf(prefixes));
    }

    private static int at(int[] store, int key) {
        return key < store.length ? store[key] : 0;
    }

    /** A copy; without zeros at the end, so that equal stores are equal arrays. */
    private static int[] with(int[] store, int key, int content) {
        int[] after = Arrays.copyOf(store, Math.max(store.length, key + 1));
        after[key] = content;
        int length = after.length;
        while (length > 0 && after[length - 1] == 0) {
            length--;
        }
        return length == after.length ? after : Arrays.copyOf(after, length);
    }

    /** Asked for a key, or for a key and the kind of its object: {@code key#kind}. */
    private Predicate<String> describe(int[] store) {
        return question -> {
            int hash = question.indexOf('#');
            String key = hash < 0 ? question : question.substring(0, hash);
            Integer number = keyNumbers.get(key);
            int content = number == null ? 0 : at(store, number);
            return content != 0
                    && (hash < 0 || contents.get(content)[4] == Integer.parseInt(question.substring(hash + 1)));
        };
    }

    private static List<String> traceOf(State state) {
        List<String> trace = new ArrayList<>();
        Optional<Step> step = state.step();
        while (step.isPresent()) {
            trace.add(0, step.get().text());
            step = step.get().before().step();
        }
        return trace;
    }
}
