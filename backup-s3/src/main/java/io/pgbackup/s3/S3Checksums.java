package io.pgbackup.s3;

import java.util.Optional;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;

/** How a store protects objects against damage on the way. Many compatible stores refuse, or even store, checksums in trailers. */
public enum S3Checksums {
    /** A CRC-32 in a trailer of each upload, checked by the store: what Amazon S3 and current versions of others understand. */
    WHEN_SUPPORTED,
    /** The older {@code Content-MD5} header instead: understood by every store. */
    WHEN_REQUIRED;

    /** The settings that Amazon's tools read; empty if there are none. */
    static Optional<S3Checksums> ofEnvironment() {
        return SdkSystemSetting.AWS_REQUEST_CHECKSUM_CALCULATION
                .getStringValue()
                .map(value -> parse("AWS_REQUEST_CHECKSUM_CALCULATION", value));
    }

    static S3Checksums parse(String name, String value) {
        for (S3Checksums known : values()) {
            if (known.name().equalsIgnoreCase(value.replace('-', '_'))) {
                return known;
            }
        }
        throw new IllegalArgumentException(name + " is when_supported or when_required, not " + value);
    }

    RequestChecksumCalculation ofRequests() {
        return this == WHEN_SUPPORTED
                ? RequestChecksumCalculation.WHEN_SUPPORTED
                : RequestChecksumCalculation.WHEN_REQUIRED;
    }

    ResponseChecksumValidation ofResponses() {
        return this == WHEN_SUPPORTED
                ? ResponseChecksumValidation.WHEN_SUPPORTED
                : ResponseChecksumValidation.WHEN_REQUIRED;
    }
}
