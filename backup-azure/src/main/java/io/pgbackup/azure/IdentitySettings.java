package io.pgbackup.azure;

import io.pgbackup.storage.NearestName;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads an {@link AzureIdentity} from text, and takes what it reads out of the settings. For one call. */
final class IdentitySettings {
    private static final String TENANT = "tenant-id";
    private static final String CLIENT = "client-id";
    private static final String OBJECT = "object-id";
    private static final String RESOURCE = "resource-id";
    private static final String TOKEN_FILE = "token-file";
    private static final String AUTHORITY = "authority";
    private static final String WORKLOAD = "workload-identity";
    private static final String SECRET = "client-secret";
    private static final String CERTIFICATE = "client-certificate";

    /** The keys besides those that name a method. */
    static final List<String> DETAILS = List.of(TENANT, CLIENT, OBJECT, RESOURCE, TOKEN_FILE, AUTHORITY);

    private final Map<String, String> unread;
    private final SecretResolver secrets;

    IdentitySettings(Map<String, String> unread, SecretResolver secrets) {
        this.unread = unread;
        this.secrets = secrets;
    }

    /** Throws if a key is none of these, and names the nearest. */
    static void requireKnown(Map<String, String> settings, Set<String> known) {
        for (String key : settings.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "unknown setting '" + key + "'; did you mean '" + NearestName.to(key, known) + "'?");
            }
        }
    }

    /** The one method that the settings name, by the keys of the methods. */
    static <T> Supplier<T> choose(Map<String, Supplier<T>> methods, Map<String, String> unread) {
        List<String> named = new ArrayList<>();
        List<Supplier<T>> chosen = new ArrayList<>();
        methods.forEach((method, made) -> {
            boolean isFlag = method.endsWith("-identity") || method.equals("default-chain");
            if (unread.containsKey(method) && (!isFlag || flag(method, unread.get(method)))) {
                named.add(method);
                chosen.add(made);
            } else if (isFlag) {
                unread.remove(method);
            }
        });
        if (named.size() != 1) {
            throw new IllegalArgumentException("exactly one method of authentication is needed, "
                    + (named.isEmpty()
                            ? "none is given; there are: " + String.join(", ", methods.keySet())
                            : "these are in conflict: " + String.join(", ", named)));
        }
        return chosen.get(0);
    }

    static boolean flag(String key, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + " is true or false, not '" + value + "'");
        };
    }

    /** By the key that names each, in the order of messages. */
    Map<String, Supplier<AzureIdentity>> methods() {
        Map<String, Supplier<AzureIdentity>> methods = new LinkedHashMap<>();
        methods.put("managed-identity", () -> made("managed-identity", this::managed));
        methods.put(WORKLOAD, () -> made(WORKLOAD, this::workload));
        methods.put("default-chain", () -> made("default-chain", AzureIdentity::defaultChain));
        methods.put(SECRET, () -> {
            String name = required(SECRET, SECRET);
            return withAuthority(AzureIdentity.clientSecret(
                    required(TENANT, SECRET), required(CLIENT, SECRET), secrets.resolve(name)));
        });
        methods.put(CERTIFICATE, () -> {
            Path pem = Path.of(required(CERTIFICATE, CERTIFICATE));
            return withAuthority(
                    AzureIdentity.clientCertificate(required(TENANT, CERTIFICATE), required(CLIENT, CERTIFICATE), pem));
        });
        return methods;
    }

    private AzureIdentity made(String flag, Supplier<AzureIdentity> identity) {
        unread.remove(flag);
        return withAuthority(identity.get());
    }

    private AzureIdentity withAuthority(AzureIdentity identity) {
        return optional(AUTHORITY).map(identity::authority).orElse(identity);
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
                        required(TENANT, WORKLOAD), required(CLIENT, WORKLOAD), Path.of(required(TOKEN_FILE, WORKLOAD)))
                : AzureIdentity.workloadFromEnvironment();
    }

    private Optional<String> optional(String key) {
        return Optional.ofNullable(unread.remove(key));
    }

    private String required(String key, String method) {
        return optional(key)
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException(method + " needs " + key));
    }
}
