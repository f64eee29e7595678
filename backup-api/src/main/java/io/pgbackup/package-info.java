/**
 * The front hall: {@link io.pgbackup.PgBackup} and the values one needs to make one. Requests, results and reports live next door, in
 * {@code backup}, {@code restore} and {@code catalog}; what a storage provider implements in {@code storage}.
 */
@NullMarked
package io.pgbackup;

import org.jspecify.annotations.NullMarked;
