package io.pgbackup.storage;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a store should know about an object at its creation. Immutable; a store that cannot honour a lock must refuse the object. */
public final class ObjectAttributes {
    /** How strictly a store keeps an object until its retain-until time. */
    public enum LockMode {
        /** Identities with a special permission may shorten the time. */
        GOVERNANCE,
        /** Nobody may shorten the time. */
        COMPLIANCE
    }

    /**
     * A promise of the store to keep an object.
     *
     * @param until the object cannot be deleted before
     * @param mode how strictly
     */
    public record Lock(Instant until, LockMode mode) {
        /** Checks that both are given. */
        public Lock {
            Objects.requireNonNull(until, "until");
            Objects.requireNonNull(mode, "mode");
        }
    }

    private final ObjectKind kind;
    private final Optional<Lock> lock;
    private final boolean legalHold;
    private final Map<String, String> tags;

    private ObjectAttributes(ObjectKind kind, Optional<Lock> lock, boolean legalHold, Map<String, String> tags) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.lock = lock;
        this.legalHold = legalHold;
        this.tags = Map.copyOf(tags);
    }

    /**
     * Attributes with nothing but a kind.
     *
     * @param kind what the object is for
     * @return the attributes
     */
    public static ObjectAttributes of(ObjectKind kind) {
        return new ObjectAttributes(kind, Optional.empty(), false, Map.of());
    }

    /**
     * With a lock.
     *
     * @param wanted until when and how strictly
     * @return new attributes
     */
    public ObjectAttributes withLock(Lock wanted) {
        return new ObjectAttributes(kind, Optional.of(wanted), legalHold, tags);
    }

    /**
     * With a legal hold: kept until somebody lifts the hold.
     *
     * @return new attributes
     */
    public ObjectAttributes withLegalHold() {
        return new ObjectAttributes(kind, lock, true, tags);
    }

    /**
     * With tags.
     *
     * @param wanted names and values as the store allows them
     * @return new attributes
     */
    public ObjectAttributes withTags(Map<String, String> wanted) {
        return new ObjectAttributes(kind, lock, legalHold, wanted);
    }

    /**
     * What the object is for.
     *
     * @return the kind
     */
    public ObjectKind kind() {
        return kind;
    }

    /**
     * The lock asked for.
     *
     * @return empty if none
     */
    public Optional<Lock> lock() {
        return lock;
    }

    /**
     * Whether a legal hold is asked for.
     *
     * @return true if so
     */
    public boolean legalHold() {
        return legalHold;
    }

    /**
     * The tags asked for.
     *
     * @return an immutable map
     */
    public Map<String, String> tags() {
        return tags;
    }
}
