package io.pgbackup;

import io.pgbackup.storage.ObjectAttributes.LockMode;
import java.time.Duration;
import java.util.Objects;

/**
 * How long a store that can lock objects keeps every backup, against everybody. Each backup is locked, from the time it begins, for at least one
 * duration. A full backup is locked for another one on top of it: for that long others can be built upon it, and they are locked until the same
 * time. When what is left of a chain's lock would be too short for a new backup, a full one is taken.
 *
 * <p>The store must have locking switched on, and refuses objects otherwise. Locked are the objects of backups; leases, job records and keys are
 * not: keep a copy of the objects {@code format} and {@code keys} elsewhere, for without them a locked backup cannot be read. Immutable.
 */
public final class ObjectLock {
    private final LockMode mode;
    private final Duration atLeast;
    private final Duration chain;

    private ObjectLock(LockMode mode, Duration atLeast, Duration chain) {
        this.mode = Objects.requireNonNull(mode, "mode");
        if (atLeast.isNegative() || atLeast.isZero() || chain.isNegative()) {
            throw new IllegalArgumentException("a lock for " + atLeast + " and chains of " + chain
                    + ": the first must be positive, the second not negative");
        }
        this.atLeast = atLeast;
        this.chain = chain;
    }

    /**
     * Identities with a special permission may shorten the time.
     *
     * @param atLeast how long every backup is locked at least
     * @param chain how much longer a full one is, so that others can be built upon it; zero if every backup shall be a full one
     * @return the lock
     */
    public static ObjectLock governance(Duration atLeast, Duration chain) {
        return new ObjectLock(LockMode.GOVERNANCE, atLeast, chain);
    }

    /**
     * Nobody may shorten the time, not even the owner of the store.
     *
     * @param atLeast how long every backup is locked at least
     * @param chain how much longer a full one is, so that others can be built upon it; zero if every backup shall be a full one
     * @return the lock
     */
    public static ObjectLock compliance(Duration atLeast, Duration chain) {
        return new ObjectLock(LockMode.COMPLIANCE, atLeast, chain);
    }

    /**
     * How strictly.
     *
     * @return the mode
     */
    public LockMode mode() {
        return mode;
    }

    /**
     * How long every backup is locked at least.
     *
     * @return from the time it begins
     */
    public Duration atLeast() {
        return atLeast;
    }

    /**
     * How much longer a full backup is locked.
     *
     * @return zero or more
     */
    public Duration chain() {
        return chain;
    }

    @Override
    public String toString() {
        return "ObjectLock[" + mode + ", " + atLeast + ", chains of " + chain + "]";
    }
}
