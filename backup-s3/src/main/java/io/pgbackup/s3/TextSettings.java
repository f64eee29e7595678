package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.SecretResolver;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Settings as text, taken one by one; what is left at the end was not understood. For one thread. */
final class TextSettings {
    private final Map<String, String> left;
    private final SecretResolver secrets;

    TextSettings(Map<String, String> properties, SecretResolver secrets) {
        this.left = new TreeMap<>(properties);
        this.secrets = secrets;
    }

    boolean has(String key) {
        return left.containsKey(key);
    }

    Optional<String> take(String key) {
        Optional<String> value = Optional.ofNullable(left.remove(key));
        if (value.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("the setting " + key + " is empty");
        }
        return value;
    }

    String require(String key) {
        return take(key).orElseThrow(() -> new IllegalArgumentException("the setting " + key + " is missing"));
    }

    Optional<SecretSource> takeSecret(String key) {
        return take(key).map(secrets::resolve);
    }

    SecretSource requireSecret(String key) {
        return secrets.resolve(require(key));
    }

    boolean takeFlag(String key) {
        return take(key)
                .map(value -> {
                    if (!value.equals("true") && !value.equals("false")) {
                        throw new IllegalArgumentException(
                                "the setting " + key + " is true or false, not '" + value + "'");
                    }
                    return value.equals("true");
                })
                .orElse(false);
    }

    /** All that begin with a prefix, without it. */
    Map<String, String> takeBelow(String prefix) {
        Map<String, String> found = new TreeMap<>();
        left.forEach((key, value) -> {
            if (key.startsWith(prefix) && key.length() > prefix.length()) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        found.keySet().forEach(name -> left.remove(prefix + name));
        return found;
    }

    /** Throws if anything is left, and names the known key that is most like it. */
    void requireNothingLeft(Collection<String> known) {
        left.keySet().stream().findFirst().ifPresent(unknown -> {
            String nearest = known.stream()
                    .min((one, other) -> Integer.compare(distance(unknown, one), distance(unknown, other)))
                    .orElse("");
            throw new IllegalArgumentException(
                    "the setting '" + unknown + "' is not known; did you mean '" + nearest + "'?");
        });
    }

    /** How many letters must be put in, taken out or exchanged. */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column < above.length; column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[above.length];
            current[0] = row;
            for (int column = 1; column < above.length; column++) {
                int exchanged = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(exchanged, Math.min(above[column], current[column - 1]) + 1);
            }
            above = current;
        }
        return above[to.length()];
    }
}
