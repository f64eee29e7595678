package io.pgbackup.core.postgres.recovery;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of settings as configuration files say, the last one winning (grammar: {@code guc-file.l}). Files that they include are not looked into.
 * Immutable.
 */
public final class ConfigurationValues {
    private static final Pattern LINE =
            Pattern.compile("\\s*([A-Za-z_][A-Za-z0-9_$.]*)\\s*(?:=|\\s)\\s*(?:'((?:[^']|'')*)'|([^#'\\s]+)).*");

    private final Map<String, String> values;

    private ConfigurationValues(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads files.
     *
     * @param files contents, in the order in which the server reads them
     * @return the values
     */
    public static ConfigurationValues of(Iterable<byte[]> files) {
        Map<String, String> values = new HashMap<>();
        for (byte[] file : files) {
            new String(file, StandardCharsets.ISO_8859_1).lines().forEach(line -> {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    String quoted = matcher.group(2);
                    values.put(
                            matcher.group(1).toLowerCase(Locale.ROOT),
                            quoted == null ? matcher.group(3) : quoted.replace("''", "'"));
                }
            });
        }
        return new ConfigurationValues(values);
    }

    /**
     * A whole number.
     *
     * @param setting its name
     * @return empty if it is not set, or to something else
     */
    public Optional<Long> number(String setting) {
        return Optional.ofNullable(values.get(setting))
                .filter(value -> value.matches("[0-9]{1,9}"))
                .map(Long::parseLong);
    }
}
