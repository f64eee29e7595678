/**
 * Times this library beside other backup tools on one data set and one machine. {@link io.pgbackup.benchmarks.compare.Compare} is the command.
 */
@NullMarked
package io.pgbackup.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
