/**
 * Storage provider for Azure Blob Storage, and secrets from Azure Key Vault. Users name {@link io.pgbackup.azure.AzureBlob} (settings of a
 * repository), {@link io.pgbackup.azure.AzureIdentity} (who asks) and {@link io.pgbackup.azure.AzureKeyVault} (secrets). Depends on the api and
 * the SDK of Azure, never on the engine or another provider. Nothing here calls the management plane, starts a program or retries what
 * the engine would retry.
 */
@NullMarked
package io.pgbackup.azure;

import org.jspecify.annotations.NullMarked;
