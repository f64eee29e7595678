package io.pgbackup.sftp;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.NearestName;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Reads {@link Sftp} from text. The keys are documented in the README of this module. */
final class SftpProperties {
    private static final String PRIVATE_KEY_FILE = "private-key-file";
    private static final String PRIVATE_KEY = "private-key";
    private static final String PASSWORD = "password";
    private static final String AGENT = "agent";
    private static final List<String> LOGINS = List.of(PRIVATE_KEY_FILE, PRIVATE_KEY, PASSWORD, AGENT);
    private static final String PASSPHRASE = "passphrase";
    private static final String PUBLIC_KEY_FILE = "public-key-file";
    private static final String USER = "user";
    private static final String HOST_KEY_CHECK = "host-key-check";
    private static final String KNOWN_HOSTS = "known-hosts";
    private static final String FINGERPRINTS = "host-key-fingerprints";
    private static final String CONNECT_TIMEOUT = "connect-timeout";
    private static final String RESPONSE_TIMEOUT = "response-timeout";
    private static final String KEEP_ALIVE = "keep-alive";
    private static final String CHANNELS = "channels";
    private static final String ALSO_ACCEPT = "also-accept";
    private static final String UNSAFE_RENAME = "unsafe-rename";

    static final List<String> KEYS = List.of(
            PRIVATE_KEY_FILE,
            PRIVATE_KEY,
            PASSWORD,
            AGENT,
            PASSPHRASE,
            PUBLIC_KEY_FILE,
            USER,
            HOST_KEY_CHECK,
            KNOWN_HOSTS,
            FINGERPRINTS,
            CONNECT_TIMEOUT,
            RESPONSE_TIMEOUT,
            KEEP_ALIVE,
            CHANNELS,
            ALSO_ACCEPT,
            UNSAFE_RENAME);

    private final Map<String, String> properties;
    private final SecretResolver secrets;

    SftpProperties(Map<String, String> properties, SecretResolver secrets) {
        this.properties = Map.copyOf(properties);
        this.secrets = secrets;
    }

    Sftp settings() {
        properties.keySet().stream().sorted().forEach(SftpProperties::requireKnown);
        Sftp settings = hostKeys(login());
        settings = apply(settings, PASSPHRASE, (sftp, value) -> sftp.passphrase(secrets.resolve(value)));
        settings = apply(settings, PUBLIC_KEY_FILE, (sftp, value) -> sftp.publicKey(Path.of(value)));
        settings = apply(settings, USER, Sftp::user);
        settings = apply(settings, CONNECT_TIMEOUT, (sftp, value) -> sftp.connectTimeout(duration(value)));
        settings = apply(settings, RESPONSE_TIMEOUT, (sftp, value) -> sftp.responseTimeout(duration(value)));
        settings = apply(settings, KEEP_ALIVE, (sftp, value) -> sftp.keepAlive(duration(value)));
        settings = apply(settings, CHANNELS, (sftp, value) -> sftp.channels(Integer.parseInt(value)));
        settings = apply(settings, ALSO_ACCEPT, (sftp, value) -> sftp.alsoAccepting(words(value)));
        return apply(settings, UNSAFE_RENAME, (sftp, value) -> isTrue(value) ? sftp.unsafeRename() : sftp);
    }

    private Sftp login() {
        List<String> named = LOGINS.stream().filter(this::isGiven).toList();
        if (named.size() != 1) {
            throw new IllegalArgumentException("exactly one of " + String.join(", ", LOGINS) + " is needed, not "
                    + (named.isEmpty() ? "none" : String.join(" and ", named)));
        }
        String value = properties.getOrDefault(named.get(0), "");
        return switch (named.get(0)) {
            case PRIVATE_KEY_FILE -> Sftp.privateKey(Path.of(value));
            case PRIVATE_KEY -> Sftp.privateKey(secret(value));
            case PASSWORD -> Sftp.password(secret(value));
            default -> Sftp.agent();
        };
    }

    private SecretSource secret(String name) {
        return secrets.resolve(name);
    }

    /** A switch that is off counts as not there. */
    private boolean isGiven(String key) {
        return key.equals(AGENT) ? isTrue(properties.getOrDefault(key, "false")) : properties.containsKey(key);
    }

    private Sftp hostKeys(Sftp settings) {
        boolean pinned = properties.containsKey(FINGERPRINTS);
        String check = properties.getOrDefault(HOST_KEY_CHECK, pinned ? "fingerprint" : "strict");
        Optional<Path> file = Optional.ofNullable(properties.get(KNOWN_HOSTS)).map(Path::of);
        if (pinned != check.equals("fingerprint")) {
            throw new IllegalArgumentException(FINGERPRINTS + " belongs to " + HOST_KEY_CHECK + "=fingerprint, not to "
                    + HOST_KEY_CHECK + "=" + check);
        }
        if (file.isPresent() && (pinned || check.equals("none"))) {
            throw new IllegalArgumentException(KNOWN_HOSTS + " is not used with " + HOST_KEY_CHECK + "=" + check);
        }
        return switch (check) {
            case "strict" -> file.map(settings::knownHosts).orElse(settings);
            case "accept-new" -> settings.acceptNewHostKeys(file.orElseGet(Sftp::usualKnownHosts));
            case "fingerprint" -> settings.pinnedHostKey(words(properties.getOrDefault(FINGERPRINTS, "")));
            case "none" -> settings.withoutHostKeyCheck();
            default ->
                throw new IllegalArgumentException(
                        HOST_KEY_CHECK + " is strict, accept-new, fingerprint or none, not '" + check + "'");
        };
    }

    private Sftp apply(Sftp settings, String key, BiFunction<Sftp, String, Sftp> setting) {
        String value = properties.get(key);
        if (value == null) {
            return settings;
        }
        try {
            return setting.apply(settings, value);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    private static String[] words(String value) {
        return Arrays.stream(value.split("[,\\s]+"))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
    }

    private static boolean isTrue(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false is needed, not '" + value + "'");
        };
    }

    /** Seconds, or as ISO 8601 writes it. */
    private static Duration duration(String value) {
        try {
            return value.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(value)) : Duration.parse(value);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'" + value + "' is not a number of seconds and no duration such as PT30S", e);
        }
    }

    private static void requireKnown(String key) {
        if (!KEYS.contains(key)) {
            throw new IllegalArgumentException("the provider for '" + Sftp.SCHEME + "' has no setting '" + key
                    + "'; is '" + NearestName.to(key, KEYS) + "' meant?");
        }
    }
}
