package io.pgbackup.azure;

import com.azure.storage.blob.BlobServiceVersion;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the store is spoken to.
 *
 * @param suffix of the cloud, for locations that name only an account
 * @param certificates PEM file of authorities that are trusted besides those of the JVM
 * @param version of the protocol; the SDK's newest unless said otherwise
 * @param encryptionScope in which the store encrypts new blobs
 */
record ServiceSettings(
        String suffix,
        Optional<Path> certificates,
        Optional<BlobServiceVersion> version,
        Optional<String> encryptionScope) {
    static final ServiceSettings DEFAULT =
            new ServiceSettings("core.windows.net", Optional.empty(), Optional.empty(), Optional.empty());

    ServiceSettings withSuffix(String wanted) {
        return new ServiceSettings(wanted, certificates, version, encryptionScope);
    }

    ServiceSettings withCertificates(Path wanted) {
        return new ServiceSettings(suffix, Optional.of(wanted), version, encryptionScope);
    }

    ServiceSettings withVersion(BlobServiceVersion wanted) {
        return new ServiceSettings(suffix, certificates, Optional.of(wanted), encryptionScope);
    }

    ServiceSettings withEncryptionScope(String wanted) {
        return new ServiceSettings(suffix, certificates, version, Optional.of(wanted));
    }
}
