package io.pgbackup.gcs.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/** One page of a listing: objects and prefixes in the order of names, together at most so many. */
final class Page {
    private final NavigableMap<String, StoredObject> objects;
    private final String prefix;
    private final String delimiter;
    private final List<StoredObject> items = new ArrayList<>();
    private final List<String> prefixes = new ArrayList<>();
    private Optional<String> next = Optional.empty();

    Page(NavigableMap<String, StoredObject> objects, String prefix, String delimiter) {
        this.objects = objects;
        this.prefix = prefix;
        this.delimiter = delimiter;
    }

    void fill(String after, int most) {
        String last = after;
        // What is before the prefix sorts before it too.
        String name = after.isEmpty() ? objects.ceilingKey(prefix) : above(after);
        while (name != null && name.startsWith(prefix)) {
            if (items.size() + prefixes.size() == most) {
                next = Optional.of(last);
                return;
            }
            int end = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
            StoredObject object = objects.get(name);
            if (end >= 0) {
                last = name.substring(0, end + delimiter.length());
                prefixes.add(last);
            } else {
                last = name;
                if (object != null) {
                    items.add(object);
                }
            }
            name = above(last);
        }
    }

    /** The name after this one, or after everything below this prefix. */
    private String above(String last) {
        boolean wholePrefix = !delimiter.isEmpty() && last.endsWith(delimiter) && last.length() > prefix.length();
        // The last character that names can have.
        return objects.higherKey(wholePrefix ? last + "\uDBFF\uDFFF" : last);
    }

    List<StoredObject> items() {
        return items;
    }

    List<String> prefixes() {
        return prefixes;
    }

    Optional<String> next() {
        return next;
    }
}
