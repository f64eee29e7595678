package io.pgbackup.storage;

/**
 * Settings of a storage provider: each provider has its own typed, immutable class. Holds sources of secrets, never secrets.
 */
public interface ProviderConfig {
    /**
     * The scheme whose provider understands these settings.
     *
     * @return a scheme, or {@code *} for {@link #none()}
     */
    String scheme();

    /**
     * No settings: the provider's defaults.
     *
     * @return settings that every provider accepts
     */
    static ProviderConfig none() {
        return NoConfig.INSTANCE;
    }

    /** The only value of {@link #none()}. */
    enum NoConfig implements ProviderConfig {
        /** Nothing is set. */
        INSTANCE;

        @Override
        public String scheme() {
            return "*";
        }
    }
}
