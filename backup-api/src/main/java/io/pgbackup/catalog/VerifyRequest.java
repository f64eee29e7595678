package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What to verify, and how much to prove: everything at depth {@link VerifyDepth#CONTENT} unless said otherwise. Immutable: every choice gives a new request.
 */
public final class VerifyRequest {
    private static final double DEFAULT_SHARE = 0.01;

    private final Repository repository;
    private VerifyDepth depth = VerifyDepth.CONTENT;
    private Set<BackupLabel> only = Set.of();
    private Optional<Duration> notVerifiedFor = Optional.empty();
    private OptionalDouble share = OptionalDouble.empty();
    private OptionalLong bytesPerBackup = OptionalLong.empty();
    private OptionalLong seed = OptionalLong.empty();
    private Optional<SecretSource> attestation = Optional.empty();
    private Optional<Duration> providerExpiry = Optional.empty();

    private VerifyRequest(Repository repository) {
        this.repository = Objects.requireNonNull(repository, "repository");
    }

    private VerifyRequest(VerifyRequest other) {
        this(other.repository);
        this.depth = other.depth;
        this.only = other.only;
        this.notVerifiedFor = other.notVerifiedFor;
        this.share = other.share;
        this.bytesPerBackup = other.bytesPerBackup;
        this.seed = other.seed;
        this.attestation = other.attestation;
        this.providerExpiry = other.providerExpiry;
    }

    /**
     * Everything that a repository holds of the cluster.
     *
     * @param repository one of those configured
     * @return a request
     */
    public static VerifyRequest of(Repository repository) {
        return new VerifyRequest(repository);
    }

    /**
     * How much to prove.
     *
     * @param depth the level; {@link VerifyDepth#SAMPLED} without {@link #sampling} reads one hundredth
     * @return a new request
     */
    public VerifyRequest depth(VerifyDepth depth) {
        VerifyRequest copy = new VerifyRequest(this);
        copy.depth = Objects.requireNonNull(depth, "depth");
        return copy;
    }

    /**
     * Only this backup and what it builds upon; several calls name several backups.
     *
     * @param label of a backup; verifying fails if there is none of that label
     * @return a new request
     */
    public VerifyRequest only(BackupLabel label) {
        VerifyRequest copy = new VerifyRequest(this);
        Set<BackupLabel> more = new LinkedHashSet<>(only);
        more.add(Objects.requireNonNull(label, "label"));
        copy.only = Set.copyOf(more);
        return copy;
    }

    /**
     * Only backups of which no clean verification of this depth or a greater one ended within a time. A verification that was interrupted is taken up
     * again by this; a backup with findings is always verified again.
     *
     * @param duration more than zero
     * @return a new request
     */
    public VerifyRequest notVerifiedFor(Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("a time since the last verification is more than zero, not " + duration);
        }
        VerifyRequest copy = new VerifyRequest(this);
        copy.notVerifiedFor = Optional.of(duration);
        return copy;
    }

    /**
     * At depth {@link VerifyDepth#SAMPLED}, reads a share of what is stored.
     *
     * @param share more than 0, at most 1
     * @return a new request
     */
    public VerifyRequest sampling(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("a share is more than 0 and at most 1, not " + share);
        }
        VerifyRequest copy = depth(VerifyDepth.SAMPLED);
        copy.share = OptionalDouble.of(share);
        copy.bytesPerBackup = OptionalLong.empty();
        return copy;
    }

    /**
     * At depth {@link VerifyDepth#SAMPLED}, reads about so many bytes of each backup.
     *
     * @param bytes at least 1
     * @return a new request
     */
    public VerifyRequest samplingBytes(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a sample has at least one byte, not " + bytes);
        }
        VerifyRequest copy = depth(VerifyDepth.SAMPLED);
        copy.bytesPerBackup = OptionalLong.of(bytes);
        copy.share = OptionalDouble.empty();
        return copy;
    }

    /**
     * Which frames a sample is made of. The same seed chooses the same frames; without one every verification chooses others.
     *
     * @param seed any number
     * @return a new request
     */
    public VerifyRequest seed(long seed) {
        VerifyRequest copy = new VerifyRequest(this);
        copy.seed = OptionalLong.of(seed);
        return copy;
    }

    /**
     * Signs what was found clean at depth {@link VerifyDepth#CONTENT} with a key that whoever writes the backups does not have, so that an expire {@linkplain
     * Retention#withUntrustedSource that does not trust it} knows what was verified.
     *
     * @param key at least 16 bytes
     * @return a new request
     */
    public VerifyRequest attestedBy(SecretSource key) {
        VerifyRequest copy = new VerifyRequest(this);
        copy.attestation = Optional.of(key);
        return copy;
    }

    /**
     * The store has a {@linkplain LifecycleRule lifecycle rule}: what is missing of backups older than this was expired by it, which is said so, and is no damage unless
     * a younger backup needs it.
     *
     * @param age after which the rule removes objects, more than zero
     * @return a new request
     */
    public VerifyRequest storeExpiresAfter(Duration age) {
        if (age.isZero() || age.isNegative()) {
            throw new IllegalArgumentException("a store expires what is older than some time, not " + age);
        }
        VerifyRequest copy = new VerifyRequest(this);
        copy.providerExpiry = Optional.of(age);
        return copy;
    }

    /**
     * After which age the store removes objects by itself.
     *
     * @return empty if it does not
     */
    public Optional<Duration> storeExpiresAfter() {
        return providerExpiry;
    }

    /**
     * The key that signs what was found clean.
     *
     * @return empty if nothing is signed
     */
    public Optional<SecretSource> attestation() {
        return attestation;
    }

    /**
     * Where to look.
     *
     * @return the repository
     */
    public Repository repository() {
        return repository;
    }

    /**
     * How much to prove.
     *
     * @return the level
     */
    public VerifyDepth depth() {
        return depth;
    }

    /**
     * The backups asked for.
     *
     * @return empty for all
     */
    public Set<BackupLabel> only() {
        return only;
    }

    /**
     * How long ago the last verification must be.
     *
     * @return empty if it does not matter
     */
    public Optional<Duration> notVerifiedFor() {
        return notVerifiedFor;
    }

    /**
     * The share of a backup that is read.
     *
     * @param stored bytes of bundles of the backup
     * @return 0 to 1, as the depth says
     */
    public double shareOf(long stored) {
        return switch (depth) {
            case CATALOG -> 0;
            case CONTENT -> 1;
            case SAMPLED ->
                bytesPerBackup.isPresent()
                        ? Math.min(1, (double) bytesPerBackup.getAsLong() / Math.max(1, stored))
                        : share.orElse(DEFAULT_SHARE);
        };
    }

    /**
     * Which frames a sample is made of.
     *
     * @return empty if it does not matter
     */
    public OptionalLong seed() {
        return seed;
    }
}
