/**
 * What a repository holds and where: layout, format version, catalog, bundles, leases, records, retention
 * arithmetic. Speaks to the storage SPI, whatever decorates it; knows no verb.
 */
@NullMarked
package io.pgbackup.core.repository;

import org.jspecify.annotations.NullMarked;
