/**
 * Where the files of a cluster come from: the {@link io.pgbackup.core.postgres.files.ClusterFiles} interface, its values, and the reader of a
 * local data directory with PostgreSQL's own rules of what a backup leaves out. Nothing above this package may assume a path.
 */
@NullMarked
package io.pgbackup.core.postgres.files;

import org.jspecify.annotations.NullMarked;
