package io.pgbackup.azure;

import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.storage.SecretResolver;
import java.util.Map;

/** Keys of an Azure Key Vault from text: what {@link AzureKeyVault} makes. */
public final class AzureKeyVaultProvider implements KeyWrapperProvider {
    /** For {@link java.util.ServiceLoader}. */
    public AzureKeyVaultProvider() {}

    @Override
    public String service() {
        return VaultKey.SERVICE;
    }

    @Override
    public KeyWrapper configure(Map<String, String> properties, SecretResolver secrets) {
        VaultSettings settings = new VaultSettings(properties, secrets);
        return settings.key(settings.vault());
    }
}
