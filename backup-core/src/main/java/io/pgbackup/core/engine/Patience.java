package io.pgbackup.core.engine;

import io.pgbackup.core.repository.lease.LeaseWatch;
import java.time.Duration;

/**
 * How an operation deals with another that holds the lease it wants. Immutable.
 *
 * @param watch what the engine saw of leases
 * @param limit how long to wait; zero for not at all
 */
public record Patience(LeaseWatch watch, Duration limit) {}
