package io.pgbackup.azure;

import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Reads a key of a vault from text. Every key must be known and used, and exactly one identity must be named. For one call. */
final class VaultSettings {
    private static final String VAULT = "vault";
    private static final String KEY = "key";
    private static final String SYMMETRIC = "symmetric";
    private static final String CERTIFICATES = "trusted-certificates";

    private final Map<String, String> unread;
    private final SecretResolver secrets;

    VaultSettings(Map<String, String> properties, SecretResolver secrets) {
        this.unread = new TreeMap<>(properties);
        this.secrets = secrets;
    }

    AzureKeyVault vault() {
        Map<String, Supplier<AzureIdentity>> methods = new IdentitySettings(unread, secrets).methods();
        Set<String> known = new TreeSet<>(methods.keySet());
        known.addAll(IdentitySettings.DETAILS);
        known.addAll(List.of(VAULT, KEY, SYMMETRIC, CERTIFICATES));
        IdentitySettings.requireKnown(unread, known);
        AzureIdentity identity = IdentitySettings.choose(methods, unread).get();
        AzureKeyVault vault = AzureKeyVault.at(required(VAULT), identity);
        return Optional.ofNullable(unread.remove(CERTIFICATES))
                .map(pem -> vault.trustedCertificates(Path.of(pem)))
                .orElse(vault);
    }

    /** To be asked after {@link #vault}. */
    KeyWrapper key(AzureKeyVault vault) {
        String name = required(KEY);
        boolean symmetric = Optional.ofNullable(unread.remove(SYMMETRIC))
                .map(value -> IdentitySettings.flag(SYMMETRIC, value))
                .orElse(false);
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("the settings " + String.join(", ", unread.keySet())
                    + " do not belong to the chosen method of authentication");
        }
        return symmetric ? vault.symmetricKey(name) : vault.key(name);
    }

    private String required(String key) {
        return Optional.ofNullable(unread.remove(key))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException("the setting " + key + " is missing"));
    }
}
