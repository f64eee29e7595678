package io.pgbackup.gcs;

import io.pgbackup.SecretSource;

/** The ways to authenticate. */
sealed interface Authentication {
    /** The metadata server of the machine or of the Kubernetes cluster. */
    record MetadataServer() implements Authentication {}

    /**
     * The key of a service account.
     *
     * @param json the whole key file
     */
    record ServiceAccount(SecretSource json) implements Authentication {}

    /**
     * Workload identity federation.
     *
     * @param json the configuration of the credentials
     */
    record ExternalAccount(SecretSource json) implements Authentication {}

    /**
     * Tokens made elsewhere.
     *
     * @param token an OAuth 2 access token
     */
    record AccessToken(SecretSource token) implements Authentication {}

    /** What Google's own tools would find on this machine. */
    record ApplicationDefault() implements Authentication {}

    /** None. */
    record Anonymous() implements Authentication {}
}
