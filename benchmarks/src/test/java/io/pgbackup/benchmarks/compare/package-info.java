/**
 * The comparison at its smallest, and what its tables are made of.
 */
@NullMarked
package io.pgbackup.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
