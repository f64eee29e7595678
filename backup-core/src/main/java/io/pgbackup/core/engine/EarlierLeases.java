package io.pgbackup.core.engine;

import io.pgbackup.core.repository.lease.Leases;

/** What a new holder of a lease does first: nobody before it can commit any more. */
public final class EarlierLeases {
    private EarlierLeases() {}

    /**
     * Settles the labels of earlier holders; the operation warns of each.
     *
     * @param operation of the new holder
     * @param leases of the cluster
     * @param lease just taken
     */
    public static void settle(Operation operation, Leases leases, Leases.Lease lease) {
        leases.settleEarlier(
                        lease,
                        "taken over by " + lease.holder(),
                        operation.clock().instant())
                .forEach(label -> operation.warn(
                        label.toString(),
                        "its process was silent for too long: it was settled and cannot be committed"));
    }
}
