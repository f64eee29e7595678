/**
 * Who may commit next: leases, how they are renewed, and how the next one takes over. They save work; safety rests on the records of the sets.
 */
@NullMarked
package io.pgbackup.core.repository.lease;

import org.jspecify.annotations.NullMarked;
