package io.pgbackup.core.repository.lease;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.lease.Leases.Lease;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lease in the hands of its holder, who lets it beat again and again: from time to time it is renewed, so that nobody takes the holder for dead, and
 * the holder learns that somebody did. Safe for use by many threads.
 */
public final class HeldLease {
    private final Leases leases;
    private final LeaseWatch watch;
    private final BackupLabel label;
    private final ReentrantLock lock = new ReentrantLock();
    private Lease newest;
    private long renewed;
    private volatile boolean released;

    /**
     * Holds a lease that was just taken.
     *
     * @param leases of the cluster
     * @param lease the one
     * @param watch whose clock and terms
     */
    public HeldLease(Leases leases, Lease lease, LeaseWatch watch) {
        this.leases = leases;
        this.watch = watch;
        this.label = lease.label().orElseThrow();
        this.newest = lease;
        this.renewed = watch.nanoTime();
    }

    /**
     * The label its holder may commit.
     *
     * @return the label
     */
    public BackupLabel label() {
        return label;
    }

    /**
     * To be called again and again; renews when it is time. A store that cannot be reached is no reason to give up: safety does not rest on leases.
     *
     * @throws ConflictException with {@link ErrorCode#LEASE_LOST}: the set can never be committed, so the holder stops
     */
    public void heartbeat() {
        if (released || !lock.tryLock()) {
            return;
        }
        try {
            long now = watch.nanoTime();
            if (now - renewed >= watch.terms().renewal().toNanos()) {
                renewed = now;
                renew();
            }
        } finally {
            lock.unlock();
        }
    }

    private void renew() {
        try {
            newest = leases.renew(newest);
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.STORAGE_UNAVAILABLE) {
                throw e;
            }
        }
    }

    /** The holder settled its label, or gave it up: nothing is renewed any more. Idempotent. */
    public void release() {
        released = true;
    }
}
