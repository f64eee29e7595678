package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.NearestName;
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
            String nearest = NearestName.to(unknown, known);
            throw new IllegalArgumentException(
                    "the setting '" + unknown + "' is not known; did you mean '" + nearest + "'?");
        });
    }
}
