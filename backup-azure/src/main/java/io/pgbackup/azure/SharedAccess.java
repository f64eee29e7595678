package io.pgbackup.azure;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.models.UserDelegationKey;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.sas.SasProtocol;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Makes shared access signatures for one container: nobody has to run a script that makes them in time. They are good for reading, adding,
 * creating, writing, deleting and listing there, and nowhere else; by https only, unless the location itself says http.
 */
final class SharedAccess {
    private static final String PERMISSIONS = "racwdl";
    /** Clocks differ: what is valid from now on is not yet valid for a store whose clock is behind. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(15);

    private final BlobServiceClient service;
    private final String container;
    private final Duration lifetime;

    SharedAccess(BlobServiceClient service, String container, Duration lifetime) {
        this.service = service;
        this.container = container;
        this.lifetime = lifetime;
    }

    /** Signed with a key that the store gives to the identity of the service client. */
    Renewing.Grant<String> delegatedByUser(Instant now) {
        OffsetDateTime expiry = expiry(now);
        try {
            UserDelegationKey key = service.getUserDelegationKey(start(now), expiry);
            return grant(container().generateUserDelegationSas(values(now, expiry), key), now, expiry);
        } catch (RuntimeException e) {
            throw new CredentialException(
                    "no user delegation key for " + service.getAccountUrl() + " (the identity needs a role such as"
                            + " Storage Blob Data Contributor on the account): " + Redaction.text(e.getMessage()),
                    e);
        }
    }

    /** Signed with the key of the account, which the service client has. */
    Renewing.Grant<String> signedByAccount(Instant now) {
        OffsetDateTime expiry = expiry(now);
        return grant(container().generateSas(values(now, expiry)), now, expiry);
    }

    private BlobContainerClient container() {
        return service.getBlobContainerClient(container);
    }

    private static OffsetDateTime start(Instant now) {
        return now.minus(CLOCK_DIFFERENCE).truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC);
    }

    private OffsetDateTime expiry(Instant now) {
        return now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC);
    }

    private BlobServiceSasSignatureValues values(Instant now, OffsetDateTime expiry) {
        boolean plain = service.getAccountUrl().startsWith("http:");
        return new BlobServiceSasSignatureValues(expiry, BlobContainerSasPermission.parse(PERMISSIONS))
                .setStartTime(start(now))
                .setProtocol(plain ? SasProtocol.HTTPS_HTTP : SasProtocol.HTTPS_ONLY);
    }

    /** Renewed at half of its life: the other half is time for whoever gives keys to come back. */
    private Renewing.Grant<String> grant(String token, Instant now, OffsetDateTime expiry) {
        return new Renewing.Grant<>(token, now.plus(lifetime.dividedBy(2)), expiry.toInstant());
    }
}
