package io.pgbackup.azure;

import io.pgbackup.keys.KeyWrapper;

/** Symmetric keys of a managed HSM. */
class SymmetricVaultKeyContractTest extends VaultKeyContract {
    @Override
    void newVersion(VaultServer vault, String name) {
        vault.rotateSymmetric(name);
    }

    @Override
    KeyWrapper key(AzureKeyVault vault, String name) {
        return vault.symmetricKey(name);
    }
}
