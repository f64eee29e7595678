package io.pgbackup.gcs;

import io.pgbackup.storage.NearestName;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.SecretResolver;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Reads settings from text. What a secret is called stands in the values, never the secret itself. */
final class GcsProperties {
    private static final String CLASS_PREFIX = "storage-class.";
    private static final List<String> METHODS = List.of(
            "metadata-server",
            "service-account",
            "external-account",
            "access-token",
            "application-default",
            "anonymous");
    /** Of the way to every service of Google's. */
    private static final List<String> CONNECTION = List.of(
            "endpoint", "certificate-authorities", "proxy", "metadata-host", "connect-timeout", "answer-timeout");

    private static final List<String> STORE =
            List.of("plain-http-endpoint", "as-of", "user-project", "kms-key", "customer-key", "event-based-holds");

    private final Map<String, String> properties;
    private final SecretResolver secrets;

    GcsProperties(Map<String, String> properties, SecretResolver secrets) {
        this.properties = Map.copyOf(properties);
        this.secrets = secrets;
    }

    Gcs read() {
        List<String> known = known(STORE);
        for (ObjectKind kind : ObjectKind.values()) {
            known.add(keyOf(kind));
        }
        requireKnown("gs", known);
        Gcs settings = connected(authenticated());
        for (ObjectKind kind : ObjectKind.values()) {
            settings = apply(settings, keyOf(kind), (now, name) -> now.storageClass(kind, name));
        }
        settings = apply(settings, "as-of", (now, time) -> now.asOf(parsed("as-of", Instant::parse)));
        settings = apply(settings, "kms-key", Gcs::kmsKey);
        settings = apply(settings, "customer-key", (now, name) -> now.customerKey(secrets.resolve(name)));
        return isOn("event-based-holds") ? settings.eventBasedHolds() : settings;
    }

    CloudKms readKey() {
        requireKnown(CloudKms.SERVICE, known(List.of("key")));
        if (!properties.containsKey("key")) {
            throw new IllegalArgumentException("key is missing");
        }
        CloudKms key = CloudKms.key(value("key"), connected(authenticated()));
        return properties.containsKey("endpoint") ? key.endpoint(parsed("endpoint", URI::create)) : key;
    }

    private Gcs authenticated() {
        List<String> given = METHODS.stream()
                .filter(properties::containsKey)
                .filter(key -> takesSecret(key) || isOn(key))
                .toList();
        if (given.size() > 1) {
            throw new IllegalArgumentException(
                    "exactly one way to authenticate is possible; given: " + String.join(", ", given));
        }
        String method = given.isEmpty() ? "application-default" : given.get(0);
        return switch (method) {
            case "metadata-server" -> Gcs.metadataServer();
            case "service-account" -> Gcs.serviceAccount(secrets.resolve(value(method)));
            case "external-account" -> Gcs.externalAccount(secrets.resolve(value(method)));
            case "access-token" -> Gcs.accessToken(secrets.resolve(value(method)));
            case "anonymous" -> Gcs.anonymous();
            default -> Gcs.applicationDefault();
        };
    }

    private static boolean takesSecret(String method) {
        return method.equals("service-account") || method.equals("external-account") || method.equals("access-token");
    }

    private Gcs connected(Gcs authenticated) {
        if (properties.containsKey("endpoint") && properties.containsKey("plain-http-endpoint")) {
            throw new IllegalArgumentException("endpoint and plain-http-endpoint exclude each other");
        }
        Gcs settings = apply(authenticated, "endpoint", (now, url) -> now.endpoint(parsed("endpoint", URI::create)));
        settings = apply(
                settings,
                "plain-http-endpoint",
                (now, url) -> now.plainHttpEndpoint(parsed("plain-http-endpoint", URI::create)));
        settings = apply(settings, "certificate-authorities", (now, file) -> now.certificateAuthorities(Path.of(file)));
        settings = apply(settings, "proxy", GcsProperties::proxied);
        settings = apply(settings, "metadata-host", Gcs::metadataHost);
        settings = apply(settings, "user-project", Gcs::userProject);
        Connection before = settings.connection();
        return settings.timeouts(
                duration("connect-timeout", before.connectTimeout()),
                duration("answer-timeout", before.answerTimeout()));
    }

    private Gcs apply(Gcs settings, String key, BiFunction<Gcs, String, Gcs> wither) {
        return properties.containsKey(key) ? wither.apply(settings, value(key)) : settings;
    }

    private static Gcs proxied(Gcs settings, String value) {
        int colon = value.lastIndexOf(':');
        String port = value.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("proxy is '" + value + "', it has the form host:port");
        }
        return settings.proxy(value.substring(0, colon), Integer.parseInt(port));
    }

    private Duration duration(String key, Duration standard) {
        return properties.containsKey(key) ? parsed(key, Duration::parse) : standard;
    }

    private <T> T parsed(String key, Function<String, T> parser) {
        try {
            return parser.apply(value(key));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " is '" + value(key) + "', which is not understood", e);
        }
    }

    private boolean isOn(String key) {
        String value = properties.getOrDefault(key, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(key + " is '" + value + "', it is true or false");
        }
        return value.equals("true");
    }

    private String value(String key) {
        String value = properties.getOrDefault(key, "");
        if (value.isBlank()) {
            throw new IllegalArgumentException(key + " is blank");
        }
        return value.trim();
    }

    private static String keyOf(ObjectKind kind) {
        return CLASS_PREFIX + kind.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> known(List<String> more) {
        List<String> known = new ArrayList<>(METHODS);
        known.addAll(CONNECTION);
        known.addAll(more);
        return known;
    }

    private void requireKnown(String of, List<String> known) {
        for (String key : new TreeSet<>(properties.keySet())) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException("'" + key + "' is not a setting of " + of + "; the nearest is '"
                        + NearestName.to(key, known) + "'");
            }
        }
    }
}
