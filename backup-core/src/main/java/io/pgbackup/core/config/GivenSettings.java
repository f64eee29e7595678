package io.pgbackup.core.config;

import io.pgbackup.SecretSource;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.NearestName;
import io.pgbackup.storage.SecretResolver;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Settings as text, all of them known and none of them blank. What is wrong is said with key, value and what is allowed. Immutable. */
final class GivenSettings {
    private final String what;
    private final Map<String, String> values;
    private final SecretResolver secrets;

    /**
     * Settings of one thing.
     *
     * @param what in the words of a message, for example {@code the repository}
     * @param values as given
     * @param secrets resolves references
     */
    GivenSettings(String what, Map<String, String> values, SecretResolver secrets) {
        this.what = what;
        this.values = new TreeMap<>(values);
        this.secrets = secrets;
    }

    /** Throws unless every key is one of these, and every value is there. */
    void requireKnown(List<Setting> known) {
        values.forEach((key, value) -> {
            if (known.stream().noneMatch(setting -> setting.covers(key))) {
                throw wrong(
                        "'" + key + "' is not a setting of " + what,
                        "Did you mean '" + NearestName.to(key, names(known)) + "'? There are: "
                                + String.join(", ", names(known)) + ".");
            }
            if (value.isBlank() || !value.equals(value.strip())) {
                // Not repeated: it may be meant as a secret.
                throw wrong(
                        what + ": the value of " + key + " is blank, or has blanks around it",
                        "Give it a value without blanks around, or leave the key out.");
            }
        });
    }

    private static List<String> names(List<Setting> known) {
        return known.stream().map(Setting::key).toList();
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key));
    }

    String required(String key, String example) {
        return text(key)
                .orElseThrow(() ->
                        wrong(what + ": " + key + " is missing", "Give " + key + ", for example " + example + "."));
    }

    boolean flag(String key) {
        return text(key)
                .map(value -> oneOf(key, value, Map.of("true", true, "false", false)))
                .orElse(false);
    }

    <T> Optional<T> choice(String key, Map<String, T> allowed) {
        return text(key).map(value -> oneOf(key, value, allowed));
    }

    private <T> T oneOf(String key, String value, Map<String, T> allowed) {
        return Optional.ofNullable(allowed.get(value))
                .orElseThrow(
                        () -> notAllowed(key, allowed.keySet().stream().sorted().collect(Collectors.joining(", "))));
    }

    Optional<Integer> number(String key, int from, int to) {
        return text(key).map(value -> {
            String allowed = "a number from " + from + " to " + to;
            try {
                int number = Integer.parseInt(value);
                if (number < from || number > to) {
                    throw notAllowed(key, allowed);
                }
                return number;
            } catch (NumberFormatException e) {
                throw notAllowed(key, allowed);
            }
        });
    }

    Optional<Duration> duration(String key) {
        return text(key).map(value -> {
            try {
                return Duration.parse(value);
            } catch (DateTimeParseException e) {
                throw notAllowed(key, "a duration such as P30D or PT12H");
            }
        });
    }

    /** A value that is read by what understands it, whose message says why it does not. */
    <T> Optional<T> parsed(String key, Function<String, T> parser) {
        return text(key).map(value -> {
            try {
                return parser.apply(value);
            } catch (IllegalArgumentException e) {
                throw wrong(what + ": " + key + ": " + e.getMessage(), "Correct the value of " + key + ".");
            }
        });
    }

    Optional<SecretSource> secret(String key) {
        return parsed(key, secrets::resolve);
    }

    /** All that begin with a prefix, without it. */
    Map<String, String> below(String prefix) {
        Map<String, String> found = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** Which of some keys are given. */
    List<String> given(String... keys) {
        List<String> given = new ArrayList<>(List.of(keys));
        given.retainAll(values.keySet());
        return given;
    }

    private ConfigurationException notAllowed(String key, String allowed) {
        return wrong(what + ": " + key + " is '" + values.get(key) + "'", "What " + key + " may be: " + allowed + ".");
    }

    static ConfigurationException wrong(String message, String hint) {
        return new ConfigurationException(ErrorCode.INVALID_REQUEST, message, hint);
    }
}
