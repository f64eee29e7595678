package io.pgbackup.core.config;

import io.pgbackup.core.storage.Providers;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.storage.NearestName;
import io.pgbackup.storage.SecretResolver;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The key management services on the class path, by the names that settings give. Immutable. */
final class KeyServices {
    /** So that a missing module is an error that names it. */
    private static final Map<String, String> KNOWN_ARTIFACTS = Map.of(
            "aws-kms", "backup-s3",
            "azure-key-vault", "backup-azure",
            "google-cloud-kms", "backup-gcs");

    private final List<KeyWrapperProvider> providers;

    private KeyServices(Collection<KeyWrapperProvider> providers) {
        this.providers = List.copyOf(providers);
    }

    static KeyServices discover() {
        return new KeyServices(Providers.find(KeyWrapperProvider.class, "a provider of a key management service"));
    }

    /** The service whose settings a key would belong to. */
    static Optional<String> owner(String key) {
        return KNOWN_ARTIFACTS.keySet().stream()
                .filter(service -> key.startsWith(service + "."))
                .findFirst();
    }

    KeyWrapper read(String service, Map<String, String> settings, SecretResolver secrets) {
        List<KeyWrapperProvider> matching = providers.stream()
                .filter(provider -> provider.service().equals(service))
                .toList();
        if (matching.size() != 1) {
            throw GivenSettings.wrong(
                    "the repository: " + (matching.isEmpty() ? "nothing" : "more than one module")
                            + " on the class path provides the key management service '" + service + "'",
                    matching.isEmpty() ? missing(service) : "Keep one of them on the class path.");
        }
        try {
            return matching.get(0).configure(settings, secrets);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw GivenSettings.wrong(
                    "the repository: below '" + service + ".': " + e.getMessage(),
                    "Its settings are in the README of the module that provides '" + service + "'.");
        }
    }

    private String missing(String service) {
        return Optional.ofNullable(KNOWN_ARTIFACTS.get(service))
                .map(artifact -> "Add the artifact io.pgbackup:" + artifact + " to the class path.")
                .orElseGet(() -> {
                    TreeSet<String> known = new TreeSet<>(KNOWN_ARTIFACTS.keySet());
                    providers.forEach(provider -> known.add(provider.service()));
                    return "Did you mean '" + NearestName.to(service, known) + "'? There are: "
                            + String.join(", ", known) + ".";
                });
    }
}
