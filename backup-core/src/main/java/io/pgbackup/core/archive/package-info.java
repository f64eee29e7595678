/**
 * The archived write-ahead log of a cluster in one repository: where its files are, how they are stored once and read back, and what can be told from
 * their names. Knows neither servers nor other repositories.
 */
@NullMarked
package io.pgbackup.core.archive;

import org.jspecify.annotations.NullMarked;
