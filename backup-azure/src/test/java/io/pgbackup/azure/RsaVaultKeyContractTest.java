package io.pgbackup.azure;

import io.pgbackup.keys.KeyWrapper;

/** RSA keys, as every vault has them. */
class RsaVaultKeyContractTest extends VaultKeyContract {
    @Override
    void newVersion(VaultServer vault, String name) throws Exception {
        vault.rotate(name);
    }

    @Override
    KeyWrapper key(AzureKeyVault vault, String name) {
        return vault.key(name);
    }
}
