package io.pgbackup.s3;

import java.net.URI;
import java.util.Optional;

/**
 * Settings and location put together, contradictions refused, defaults filled in.
 *
 * @param credentials method of authentication
 * @param connection with region and endpoint from the location
 * @param objects what the store is told about objects
 * @param checksums in force
 * @param addressing in force
 */
record S3Store(
        S3Credentials credentials,
        S3Connection connection,
        S3ObjectOptions objects,
        S3Checksums checksums,
        S3Addressing addressing) {
    private static final String REGION_OF_COMPATIBLE_STORES = "us-east-1";

    static S3Store of(S3Location location, S3 settings) {
        S3Connection connection = settings.connection();
        Optional<String> region = agreed("region", location.region(), connection.region());
        Optional<URI> endpoint = agreed("endpoint", location.endpoint(), connection.endpoint());
        if (endpoint.isPresent()) {
            connection = connection.withEndpoint(endpoint.get());
        }
        Optional<String> known = region.or(() -> endpoint.map(uri -> REGION_OF_COMPATIBLE_STORES));
        if (known.isPresent() && !(region.isEmpty() && settings.credentials().ambient())) {
            connection = connection.withRegion(known.get());
        }
        requireUsable(connection, settings);
        boolean dotted = location.place().bucket().contains(".");
        return new S3Store(
                settings.credentials(),
                connection,
                settings.objects(),
                checksums(settings, endpoint.isPresent()),
                connection
                        .addressing()
                        .orElse(endpoint.isPresent() || dotted ? S3Addressing.PATH : S3Addressing.VIRTUAL_HOST));
    }

    private static <T> Optional<T> agreed(String what, Optional<T> ofLocation, Optional<T> ofSettings) {
        if (ofLocation.isPresent() && ofSettings.isPresent() && !ofLocation.equals(ofSettings)) {
            throw new IllegalArgumentException(
                    "the location names the " + what + " " + ofLocation.get() + ", the settings " + ofSettings.get());
        }
        return ofLocation.or(() -> ofSettings);
    }

    private static S3Checksums checksums(S3 settings, boolean compatible) {
        return settings.objects()
                .checksums()
                .or(S3Checksums::ofEnvironment)
                .orElse(compatible ? S3Checksums.WHEN_REQUIRED : S3Checksums.WHEN_SUPPORTED);
    }

    private static void requireUsable(S3Connection connection, S3 settings) {
        boolean plain = connection.endpoint().filter(S3Store::isPlain).isPresent();
        if (plain && !connection.plainHttp()) {
            throw new IllegalArgumentException("the endpoint is without TLS; if that is meant, use allowPlainHttp()");
        }
        boolean customerKey = settings.objects()
                .encryption()
                .filter(wanted -> wanted.customerKey().isPresent())
                .isPresent();
        if (plain && customerKey) {
            throw new IllegalArgumentException("a customer key cannot be sent without TLS");
        }
        if (connection.region().isEmpty() && !settings.credentials().ambient()) {
            throw new IllegalArgumentException("the region is not known; use region(name) or ?region=name");
        }
    }

    static boolean isPlain(URI endpoint) {
        return "http".equalsIgnoreCase(endpoint.getScheme());
    }
}
