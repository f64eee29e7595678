package io.pgbackup.azure;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.NearestName;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
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
    private static final String TENANT = "tenant-id";
    private static final String CLIENT = "client-id";
    private static final String OBJECT = "object-id";
    private static final String RESOURCE = "resource-id";
    private static final String TOKEN_FILE = "token-file";
    private static final String AUTHORITY = "authority";
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
        methods.put("managed-identity", () -> identity("managed-identity", this::managed));
        methods.put("workload-identity", () -> identity("workload-identity", this::workload));
        methods.put("default-chain", () -> identity("default-chain", AzureIdentity::defaultChain));
        methods.put("client-secret", () -> {
            SecretSource source = secret("client-secret");
            return AzureBlob.identity(withAuthority(AzureIdentity.clientSecret(
                    required(TENANT, "client-secret"), required(CLIENT, "client-secret"), source)));
        });
        methods.put("client-certificate", () -> {
            Path pem = Path.of(required("client-certificate", "client-certificate"));
            return AzureBlob.identity(withAuthority(AzureIdentity.clientCertificate(
                    required(TENANT, "client-certificate"), required(CLIENT, "client-certificate"), pem)));
        });
    }

    AzureBlob read() {
        requireKnown();
        AzureBlob settings = method().get();
        settings = apply(settings, LIFETIME, (blob, value) -> blob.signingSharedAccess(duration(value)));
        settings = apply(settings, "endpoint-suffix", AzureBlob::endpointSuffix);
        settings = apply(settings, "trusted-certificates", (blob, value) -> blob.trustedCertificates(Path.of(value)));
        settings = apply(settings, "service-version", AzureBlob::serviceVersion);
        settings = apply(settings, "encryption-scope", AzureBlob::encryptionScope);
        settings = apply(
                settings,
                "immutable-container",
                (blob, value) -> flag("immutable-container", value) ? blob.immutableContainer() : blob);
        for (ObjectKind kind : ObjectKind.values()) {
            settings = apply(settings, tierKey(kind), (blob, value) -> blob.tier(kind, tier(kind, value)));
        }
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("the settings " + String.join(", ", unread.keySet())
                    + " do not belong to the chosen method of authentication");
        }
        return settings;
    }

    private Supplier<AzureBlob> method() {
        List<String> named = new ArrayList<>();
        for (String method : methods.keySet()) {
            boolean isFlag = method.endsWith("-identity") || method.equals("default-chain");
            if (unread.containsKey(method) && (!isFlag || flag(method, unread.get(method)))) {
                named.add(method);
            } else if (isFlag) {
                unread.remove(method);
            }
        }
        if (named.size() != 1) {
            throw new IllegalArgumentException("exactly one method of authentication is needed, "
                    + (named.isEmpty()
                            ? "none is given; there are: " + String.join(", ", methods.keySet())
                            : "these are in conflict: " + String.join(", ", named)));
        }
        return methods.getOrDefault(named.get(0), () -> {
            throw new IllegalStateException(named.get(0));
        });
    }

    private AzureBlob identity(String flag, Supplier<AzureIdentity> made) {
        unread.remove(flag);
        return AzureBlob.identity(withAuthority(made.get()));
    }

    private AzureIdentity managed() {
        List<String> named = List.of(CLIENT, OBJECT, RESOURCE).stream()
                .filter(unread::containsKey)
                .toList();
        if (named.size() > 1) {
            throw new IllegalArgumentException(
                    "a managed identity has one id, these are in conflict: " + String.join(", ", named));
        }
        return optional(CLIENT)
                .map(AzureIdentity::managedByClientId)
                .or(() -> optional(OBJECT).map(AzureIdentity::managedByObjectId))
                .or(() -> optional(RESOURCE).map(AzureIdentity::managedByResourceId))
                .orElseGet(AzureIdentity::managed);
    }

    private AzureIdentity workload() {
        boolean explicit = unread.containsKey(TENANT) || unread.containsKey(CLIENT) || unread.containsKey(TOKEN_FILE);
        return explicit
                ? AzureIdentity.workload(
                        required(TENANT, "workload-identity"),
                        required(CLIENT, "workload-identity"),
                        Path.of(required(TOKEN_FILE, "workload-identity")))
                : AzureIdentity.workloadFromEnvironment();
    }

    private AzureIdentity withAuthority(AzureIdentity identity) {
        return optional(AUTHORITY).map(identity::authority).orElse(identity);
    }

    private SecretSource secret(String key) {
        return secrets.resolve(required(key, key));
    }

    private Optional<String> optional(String key) {
        return Optional.ofNullable(unread.remove(key));
    }

    private String required(String key, String method) {
        return optional(key)
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(method + " needs " + key));
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

    private static boolean flag(String key, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + " is true or false, not '" + value + "'");
        };
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

    private void requireKnown() {
        Set<String> known = known();
        for (String key : unread.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "unknown setting '" + key + "'; did you mean '" + NearestName.to(key, known) + "'?");
            }
        }
    }

    private Set<String> known() {
        Set<String> known = new TreeSet<>(methods.keySet());
        known.addAll(List.of(TENANT, CLIENT, OBJECT, RESOURCE, TOKEN_FILE, AUTHORITY, LIFETIME));
        known.addAll(List.of(
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
