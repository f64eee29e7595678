/**
 * JMH benchmarks of every stage between a data file and a stored object, and of the chain. Scores are bytes per nanosecond, which is
 * GB (10⁹ bytes) per second of one thread.
 */
package io.pgbackup.benchmarks;
