package io.pgbackup.keys;

import io.pgbackup.storage.SecretResolver;
import java.util.Map;

/**
 * Makes {@linkplain KeyWrapper keys} of one key management service from text, for applications configured by properties. Found through
 * {@link java.util.ServiceLoader}; two providers of one service are an error. Implementations are stateless and safe for use by many threads.
 */
public interface KeyWrapperProvider {
    /**
     * The service, by the name that its {@linkplain KeyWrapper#service wrappers} say too.
     *
     * @return 1…32 lower-case letters, digits and hyphens, for example {@code aws-kms}
     */
    String service();

    /**
     * Makes a key. Touches no network and obtains no secret.
     *
     * @param properties documented keys; an unknown key is an error that names the nearest known one
     * @param secrets resolves the names of secrets found in the values
     * @return the key
     * @throws IllegalArgumentException if a key or value is not understood
     */
    KeyWrapper configure(Map<String, String> properties, SecretResolver secrets);
}
