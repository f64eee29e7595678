/** Backups of a PostgreSQL server in Azure Blob Storage. */
@NullMarked
package io.pgbackup.examples.azure;

import org.jspecify.annotations.NullMarked;
