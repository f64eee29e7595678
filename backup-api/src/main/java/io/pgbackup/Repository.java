package io.pgbackup;

import io.pgbackup.spi.EngineProvider;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.StorageLocation;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One place that holds the backups of any number of clusters, and what is needed to use it. Whether it is encrypted is a choice that must
 * be made. Immutable, holds only sources of secrets, prints without secrets, and may be shared by many threads.
 */
public final class Repository {
    private final StorageLocation location;
    private final ProviderConfig config;
    private final Optional<EncryptionKey> key;
    private final Compression compression;
    private final String name;
    private final Optional<ObjectLock> lock;

    private Repository(Builder builder) {
        this.location = builder.location;
        this.config = builder.config;
        this.key = builder.key;
        this.compression = builder.compression;
        this.name = builder.name;
        this.lock = builder.lock;
    }

    /**
     * Begins with the place.
     *
     * @param location a URI whose scheme chooses the provider, for example {@code file:///var/backups/pg}; without secrets
     * @return the next step
     * @throws IllegalArgumentException if it is not such a URI
     */
    public static Located at(String location) {
        return new Located(StorageLocation.parse(location), ProviderConfig.none());
    }

    /**
     * Makes a repository from text; the README of {@code backup-api} documents the keys. Secrets are referred to, as {@link SecretSource#reference} says.
     *
     * @param settings documented keys; those of its provider begin with the scheme and a dot
     * @return the repository
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     * @throws IllegalStateException if the engine is not on the class path
     */
    public static Repository from(Map<String, String> settings) {
        return from(settings, SecretSource::reference);
    }

    /**
     * Makes a repository from properties, as {@link #from(Map)} does.
     *
     * @param settings documented keys, those of its defaults too
     * @return the repository
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     * @throws IllegalStateException if the engine is not on the class path
     */
    public static Repository from(Properties settings) {
        return from(settings.stringPropertyNames().stream()
                .collect(Collectors.toMap(Function.identity(), settings::getProperty)));
    }

    /**
     * Makes a repository from text, as {@link #from(Map)} does, with secrets that have names of the application's own.
     *
     * @param settings documented keys
     * @param secrets finds the secret of a name
     * @return the repository
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     * @throws IllegalStateException if the engine is not on the class path
     */
    public static Repository from(Map<String, String> settings, SecretResolver secrets) {
        return EngineProvider.find().configurations().repository(settings, secrets);
    }

    /** A repository of which the place is known: choose whether it is encrypted. */
    public static final class Located {
        private final StorageLocation location;
        private final ProviderConfig config;

        private Located(StorageLocation location, ProviderConfig config) {
            this.location = location;
            this.config = config;
        }

        /**
         * With settings of its provider.
         *
         * @param settings made by the provider's own class
         * @return this step again
         */
        public Located with(ProviderConfig settings) {
            return new Located(location, settings);
        }

        /**
         * Everything is encrypted and authenticated by AES-256-GCM.
         *
         * @param key opens the repository
         * @return the last step
         */
        public Builder encryptedWith(EncryptionKey key) {
            return new Builder(this, Optional.of(key));
        }

        /**
         * Nothing is encrypted. Damage is still found, tampering is not: digests without a key can be made by anybody.
         *
         * @return the last step
         */
        public Builder unencrypted() {
            return new Builder(this, Optional.empty());
        }
    }

    /** The optional choices. Not safe for use by many threads. */
    public static final class Builder {
        private final StorageLocation location;
        private final ProviderConfig config;
        private final Optional<EncryptionKey> key;
        private Compression compression = Compression.lz4();
        private String name;
        private Optional<ObjectLock> lock = Optional.empty();

        private Builder(Located located, Optional<EncryptionKey> key) {
            this.location = located.location;
            this.config = located.config;
            this.key = key;
            this.name = located.location.toString();
        }

        /**
         * How new frames are compressed; lz4 unless said otherwise.
         *
         * @param choice the codec
         * @return this builder
         */
        public Builder compression(Compression choice) {
            this.compression = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Every backup is locked in the store, which must have locking switched on; not locked unless said otherwise.
         *
         * @param chosen how long and how strictly
         * @return this builder
         */
        public Builder lockedBy(ObjectLock chosen) {
            this.lock = Optional.of(chosen);
            return this;
        }

        /**
         * A name for messages and results; the location unless said otherwise.
         *
         * @param chosen not empty
         * @return this builder
         */
        public Builder named(String chosen) {
            if (chosen.isBlank()) {
                throw new IllegalArgumentException("the name of a repository cannot be blank");
            }
            this.name = chosen;
            return this;
        }

        /**
         * Makes the value; touches no network.
         *
         * @return the repository
         */
        public Repository build() {
            return new Repository(this);
        }
    }

    /**
     * How backups are locked in the store.
     *
     * @return empty if they are not
     */
    public Optional<ObjectLock> lock() {
        return lock;
    }

    /**
     * The place.
     *
     * @return without secrets
     */
    public StorageLocation location() {
        return location;
    }

    /**
     * Settings of the provider.
     *
     * @return {@link ProviderConfig#none()} if none were given
     */
    public ProviderConfig config() {
        return config;
    }

    /**
     * What opens the repository.
     *
     * @return empty if it was declared unencrypted
     */
    public Optional<EncryptionKey> key() {
        return key;
    }

    /**
     * How new frames are compressed.
     *
     * @return the codec
     */
    public Compression compression() {
        return compression;
    }

    /**
     * The name used in messages and results.
     *
     * @return not blank
     */
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return "Repository[" + name + " at " + location + (key.isPresent() ? ", encrypted]" : ", unencrypted]");
    }
}
