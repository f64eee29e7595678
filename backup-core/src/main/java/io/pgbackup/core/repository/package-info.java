/**
 * What a repository holds and where: layout, objects as they are stored, the records that belong to no set. The rooms below it hold the sets, the
 * leases, what is kept, and the keys. Speaks to the storage SPI, whatever decorates it; knows no verb.
 */
@NullMarked
package io.pgbackup.core.repository;

import org.jspecify.annotations.NullMarked;
