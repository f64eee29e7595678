package io.pgbackup.gcs;

import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.storage.SecretResolver;
import java.util.Map;

/** Keys of Google Cloud KMS from text: what {@link CloudKms} makes. */
public final class CloudKmsProvider implements KeyWrapperProvider {
    /** For {@link java.util.ServiceLoader}. */
    public CloudKmsProvider() {}

    @Override
    public String service() {
        return CloudKms.SERVICE;
    }

    @Override
    public KeyWrapper configure(Map<String, String> properties, SecretResolver secrets) {
        return new GcsProperties(properties, secrets).readKey();
    }
}
