package io.pgbackup.s3;

import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.storage.SecretResolver;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Keys of AWS KMS from text: what {@link AwsKms} makes. */
public final class AwsKmsProvider implements KeyWrapperProvider {
    /** For {@link java.util.ServiceLoader}. */
    public AwsKmsProvider() {}

    @Override
    public String service() {
        return AwsKms.SERVICE;
    }

    @Override
    public KeyWrapper configure(Map<String, String> properties, SecretResolver secrets) {
        TextSettings text = new TextSettings(properties, secrets);
        Optional<String> name = text.take("key");
        Optional<URI> endpoint = text.take("endpoint").map(S3Settings.uri("endpoint"));
        S3 settings = S3Settings.client(text);
        text.requireNothingLeft(Stream.concat(Stream.of("key", "endpoint"), S3Settings.CLIENT_KEYS.stream())
                .toList());
        AwsKms key = AwsKms.key(
                name.orElseThrow(() -> new IllegalArgumentException("the setting key is missing")), settings);
        return endpoint.map(key::endpoint).orElse(key);
    }
}
