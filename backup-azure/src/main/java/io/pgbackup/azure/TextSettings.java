package io.pgbackup.azure;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/** Reads {@link AzureBlob} from text. Every key must be known and used, and exactly one method of authentication must be named. */
final class TextSettings {
    private static final String LIFETIME = "shared-access-lifetime";
    private static final String TIER = "tier.";

    private final Map<String, String> unread;
    private final SecretResolver secrets;
    private final Map<String, Supplier<AzureBlob>> methods = new LinkedHashMap<>();

    TextSettings(Map<String, String> properties, SecretResolver secrets) {
        this.unread = new TreeMap<>(properties);
        this.secrets = secrets;
        methods.put("connection-string", () -> AzureBlob.connectionString(secret("connection-string")));
        methods.put("account-key", () -> AzureBlob.accountKey(secret("account-key")));
        methods.put("sas-token", () -> AzureBlob.sharedAccessSignature(secret("sas-token")));
        new IdentitySettings(unread, secrets)
                .methods()
                .forEach((name, identity) -> methods.put(name, () -> AzureBlob.identity(identity.get())));
    }

    AzureBlob read() {
        IdentitySettings.requireKnown(unread, known());
        AzureBlob settings = IdentitySettings.choose(methods, unread).get();
        settings = apply(settings, LIFETIME, (blob, value) -> blob.signingSharedAccess(duration(value)));
        settings = apply(settings, "endpoint-suffix", AzureBlob::endpointSuffix);
        settings = apply(settings, "trusted-certificates", (blob, value) -> blob.trustedCertificates(Path.of(value)));
        settings = apply(settings, "service-version", AzureBlob::serviceVersion);
        settings = apply(settings, "encryption-scope", AzureBlob::encryptionScope);
        settings = apply(
                settings,
                "immutable-container",
                (blob, value) ->
                        IdentitySettings.flag("immutable-container", value) ? blob.immutableContainer() : blob);
        for (ObjectKind kind : ObjectKind.values()) {
            settings = apply(settings, tierKey(kind), (blob, value) -> blob.tier(kind, tier(kind, value)));
        }
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("the settings " + String.join(", ", unread.keySet())
                    + " do not belong to the chosen method of authentication");
        }
        return settings;
    }

    private SecretSource secret(String key) {
        return secrets.resolve(optional(key)
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(key + " needs a value")));
    }

    private Optional<String> optional(String key) {
        return Optional.ofNullable(unread.remove(key));
    }

    /** Gives the value of a key, if it is there, to what understands it. */
    private AzureBlob apply(
            AzureBlob settings, String key, java.util.function.BiFunction<AzureBlob, String, AzureBlob> use) {
        Function<String, AzureBlob> applied = value -> {
            try {
                return use.apply(settings, value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
            }
        };
        return optional(key).map(applied).orElse(settings);
    }

    private static Duration duration(String value) {
        try {
            return Duration.parse(value);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + value + "' is no duration such as PT6H", e);
        }
    }

    private static AccessTier tier(ObjectKind kind, String value) {
        try {
            return AccessTier.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the tier of " + kind + " is hot, cool or cold (what is archived cannot be restored), not '" + value
                            + "'",
                    e);
        }
    }

    private static String tierKey(ObjectKind kind) {
        return TIER + kind.name().toLowerCase(Locale.ROOT);
    }

    private Set<String> known() {
        Set<String> known = new TreeSet<>(methods.keySet());
        known.addAll(IdentitySettings.DETAILS);
        known.addAll(List.of(
                LIFETIME,
                "endpoint-suffix",
                "trusted-certificates",
                "service-version",
                "encryption-scope",
                "immutable-container"));
        for (ObjectKind kind : ObjectKind.values()) {
            known.add(tierKey(kind));
        }
        return known;
    }
}
