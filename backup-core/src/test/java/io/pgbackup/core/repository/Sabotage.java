package io.pgbackup.core.repository;

import io.pgbackup.core.repository.ExploredStorage.Names;
import io.pgbackup.core.repository.ExploredStorage.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Between an actor and the store: the honest one passes every call on, each other one breaks one rule of the protocol. A new one for each run of an actor. */
class Sabotage {
    private static final int KIND_OFFSET = 4;
    private static final byte ABORT = 8;

    boolean create(ExploredStorage store, String key, byte[] content) {
        return (Boolean) store.ask(Verb.CREATE, List.of(key), content);
    }

    boolean stat(ExploredStorage store, String key) {
        return (Boolean) store.ask(Verb.STAT, List.of(key), null);
    }

    Names list(ExploredStorage store, String prefix) {
        return (Names) store.ask(Verb.LIST, List.of(prefix), null);
    }

    void delete(ExploredStorage store, List<String> keys) {
        store.ask(Verb.DELETE, keys, null);
    }

    /** The writer does not see that expire has chosen what it leans on. */
    static final class BlindWriter extends Sabotage {
        @Override
        boolean stat(ExploredStorage store, String key) {
            return !key.contains("/retire/") && super.stat(store, key);
        }
    }

    /** Expire marks nothing, and only believes that it did. */
    static class SilentExpire extends Sabotage {
        final List<String> marks = new ArrayList<>();

        @Override
        boolean create(ExploredStorage store, String key, byte[] content) {
            if (key.contains("/retire/")) {
                marks.add(key);
                return true;
            }
            return super.create(store, key, content);
        }

        @Override
        Names list(ExploredStorage store, String prefix) {
            Names names = super.list(store, prefix);
            if (!prefix.endsWith("/retire")) {
                return names;
            }
            TreeSet<String> all = new TreeSet<>(names.objects());
            all.addAll(marks);
            return new Names(List.copyOf(all), List.of());
        }
    }

    /** Expire marks what it has chosen after it has looked, just before it deletes. */
    static final class HastyExpire extends SilentExpire {
        private final List<byte[]> contents = new ArrayList<>();

        @Override
        boolean create(ExploredStorage store, String key, byte[] content) {
            if (key.contains("/retire/")) {
                contents.add(content);
            }
            return super.create(store, key, content);
        }

        @Override
        void delete(ExploredStorage store, List<String> keys) {
            for (int index = 0; index < contents.size(); index++) {
                store.ask(Verb.CREATE, List.of(marks.get(index)), contents.get(index));
            }
            contents.clear();
            super.delete(store, keys);
        }
    }

    /** Expire deletes the abort record with the data of an aborted set, or what tells that it was retired. */
    static final class TidyExpire extends Sabotage {
        private final String prefix;

        TidyExpire(String prefix) {
            this.prefix = prefix;
        }

        @Override
        void delete(ExploredStorage store, List<String> keys) {
            super.delete(store, keys);
            for (String key : keys) {
                if (key.endsWith("/begin")) {
                    String[] parts = key.split("/", -1);
                    super.delete(store, List.of(parts[0] + "/" + prefix + "/" + parts[2]));
                }
            }
        }
    }

    /** The taker settles only what was begun. */
    static final class NegligentTaker extends Sabotage {
        @Override
        boolean create(ExploredStorage store, String key, byte[] content) {
            if (content[KIND_OFFSET] == ABORT) {
                String begin = key.replace("/backup/", "/data/") + "/begin";
                return super.stat(store, begin) && super.create(store, key, content);
            }
            return super.create(store, key, content);
        }
    }
}
