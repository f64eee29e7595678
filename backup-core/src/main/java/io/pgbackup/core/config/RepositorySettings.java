package io.pgbackup.core.config;

import io.pgbackup.Compression;
import io.pgbackup.Compression.Algorithm;
import io.pgbackup.EncryptionKey;
import io.pgbackup.ObjectLock;
import io.pgbackup.Repository;
import io.pgbackup.core.storage.StorageRegistry;
import io.pgbackup.storage.ObjectAttributes.LockMode;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A repository from text. For one call. */
final class RepositorySettings {
    static final String LOCATION = "location";
    static final String NAME = "name";
    static final String PASSPHRASE = "encryption-passphrase";
    static final String KEY = "encryption-key";
    static final String SERVICE = "encryption-service";
    static final String UNENCRYPTED = "unencrypted";
    static final String COMPRESSION = "compression";
    static final String LEVEL = "compression-level";
    static final String LOCK = "lock";
    static final String LOCK_AT_LEAST = "lock-at-least";
    static final String LOCK_CHAIN = "lock-chain";

    private static final int USUAL_ZSTD_LEVEL = 3;
    private static final String A_SECRET = "`file:/absolute/path` or `env:NAME`";
    private static final String ONE_OF_FOUR = "one of the four is needed";

    private static final List<Setting> OWN = List.of(
            new Setting(
                    LOCATION,
                    "a URI without secrets",
                    "needed",
                    "where the repository is; its scheme chooses the provider"),
            new Setting(NAME, "text", "the location", "what messages and results call it"),
            new Setting(PASSPHRASE, A_SECRET, ONE_OF_FOUR, "words that open the repository, stretched by Argon2id"),
            new Setting(KEY, A_SECRET, ONE_OF_FOUR, "a key that opens it: 32 bytes, or 64 hexadecimal digits"),
            new Setting(
                    SERVICE,
                    "`aws-kms`, `azure-key-vault`, `google-cloud-kms`",
                    ONE_OF_FOUR,
                    "a key management service, whose key opens it"),
            new Setting(
                    UNENCRYPTED,
                    "`true`, `false`",
                    ONE_OF_FOUR,
                    "nothing is encrypted: damage is found, tampering is not"),
            new Setting(COMPRESSION, "`lz4`, `zstd`, `none`", "`lz4`", "how new data is compressed"),
            new Setting(LEVEL, "1 to 19", "" + USUAL_ZSTD_LEVEL, "how hard zstd tries"),
            new Setting(LOCK, "`governance`, `compliance`", "not locked", "every backup is locked in the store"),
            new Setting(
                    LOCK_AT_LEAST,
                    "a duration such as `P30D`",
                    "needed with `lock`",
                    "how long every backup is locked"),
            new Setting(
                    LOCK_CHAIN,
                    "a duration such as `P7D`",
                    "nothing",
                    "how much longer a full backup is locked, to be built upon"));

    private final GivenSettings given;
    private final SecretResolver secrets;

    RepositorySettings(Map<String, String> settings, SecretResolver secrets) {
        this.given = new GivenSettings("the repository", settings, secrets);
        this.secrets = secrets;
    }

    /** All keys, with those of a provider in one line, and those of a key management service in another if there is one. */
    static List<Setting> known(String scheme, Optional<String> service) {
        List<Setting> known = new ArrayList<>(OWN);
        known.add(new Setting(
                scheme + "." + Setting.ANY,
                "see its README",
                "its defaults",
                "a setting of the provider of the location"));
        service.ifPresent(name -> known.add(new Setting(
                name + "." + Setting.ANY,
                "see the module's README",
                "its defaults",
                "a setting of the key management service; `" + name + ".key` is needed")));
        return known;
    }

    Repository read() {
        if (!given.has(LOCATION)) {
            requireKnown("SCHEME");
            given.required(LOCATION, "s3://bucket/path");
        }
        StorageLocation location =
                given.parsed(LOCATION, StorageLocation::parse).orElseThrow();
        requireKnown(location.scheme());
        Repository.Located located = Repository.at(location.toString()).with(config(location));
        Repository.Builder builder = key().map(located::encryptedWith)
                .orElseGet(located::unencrypted)
                .compression(compression());
        given.parsed(NAME, builder::named);
        lock().ifPresent(builder::lockedBy);
        return builder.build();
    }

    private void requireKnown(String scheme) {
        Optional<String> service = given.text(SERVICE);
        for (String key : given.below("").keySet()) {
            Optional<String> owner =
                    KeyServices.owner(key).filter(name -> !Optional.of(name).equals(service));
            if (owner.isPresent()) {
                throw GivenSettings.wrong(
                        "the repository: " + key + " without " + SERVICE + "=" + owner.get(),
                        "Say " + SERVICE + "=" + owner.get() + ", or leave it out.");
            }
        }
        given.requireKnown(known(scheme, service));
    }

    private ProviderConfig config(StorageLocation location) {
        StorageProvider provider = StorageRegistry.discover().provider(location);
        Map<String, String> settings = given.below(location.scheme() + ".");
        if (settings.isEmpty()) {
            return ProviderConfig.none();
        }
        try {
            return provider.configure(settings, secrets);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw GivenSettings.wrong(
                    "the repository: below '" + location.scheme() + ".': " + e.getMessage(),
                    "Its settings are in the README of the module that provides '" + location.scheme() + "'.");
        }
    }

    private Optional<EncryptionKey> key() {
        List<String> chosen = new ArrayList<>(given.given(PASSPHRASE, KEY, SERVICE));
        if (given.flag(UNENCRYPTED)) {
            chosen.add(UNENCRYPTED);
        }
        if (chosen.size() != 1) {
            throw GivenSettings.wrong(
                    "the repository: whether and how it is encrypted is said by exactly one setting, not by "
                            + (chosen.isEmpty() ? "none" : String.join(" and ", chosen)),
                    "Give one of " + PASSPHRASE + ", " + KEY + ", " + SERVICE + " and " + UNENCRYPTED + "=true.");
        }
        return given.secret(PASSPHRASE)
                .map(EncryptionKey::fromPassphrase)
                .or(() -> given.secret(KEY).map(EncryptionKey::fromKey))
                .or(() -> given.text(SERVICE).map(this::service));
    }

    private EncryptionKey service(String name) {
        return EncryptionKey.wrappedBy(KeyServices.discover().read(name, given.below(name + "."), secrets));
    }

    private Compression compression() {
        Algorithm algorithm = given.choice(
                        COMPRESSION, Map.of("lz4", Algorithm.LZ4, "zstd", Algorithm.ZSTD, "none", Algorithm.NONE))
                .orElse(Algorithm.LZ4);
        Optional<Integer> level = given.number(LEVEL, 1, 19);
        if (level.isPresent() && algorithm != Algorithm.ZSTD) {
            throw GivenSettings.wrong(
                    "the repository: " + LEVEL + " belongs to " + COMPRESSION + "=zstd, not to " + COMPRESSION + "="
                            + given.text(COMPRESSION).orElse("lz4"),
                    "Leave " + LEVEL + " out, or choose zstd.");
        }
        return new Compression(algorithm, algorithm == Algorithm.ZSTD ? level.orElse(USUAL_ZSTD_LEVEL) : 0);
    }

    private Optional<ObjectLock> lock() {
        List<String> lengths = given.given(LOCK_AT_LEAST, LOCK_CHAIN);
        if (!given.has(LOCK) && !lengths.isEmpty()) {
            throw GivenSettings.wrong(
                    "the repository: " + lengths.get(0) + " without " + LOCK,
                    "Say " + LOCK + "=governance or " + LOCK + "=compliance, or leave it out.");
        }
        return given.choice(LOCK, Map.of("governance", LockMode.GOVERNANCE, "compliance", LockMode.COMPLIANCE))
                .map(this::lock);
    }

    private ObjectLock lock(LockMode mode) {
        given.required(LOCK_AT_LEAST, "P30D");
        Duration atLeast = given.duration(LOCK_AT_LEAST).orElse(Duration.ZERO);
        Duration chain = given.duration(LOCK_CHAIN).orElse(Duration.ZERO);
        try {
            return mode == LockMode.GOVERNANCE
                    ? ObjectLock.governance(atLeast, chain)
                    : ObjectLock.compliance(atLeast, chain);
        } catch (IllegalArgumentException e) {
            throw GivenSettings.wrong(
                    "the repository: " + e.getMessage(), "Correct " + LOCK_AT_LEAST + " and " + LOCK_CHAIN + ".");
        }
    }
}
