/**
 * Real PostgreSQL servers of every supported major for tests and examples: found among the test dependencies, unpacked once, started on the
 * loopback interface and ended whatever happens. Published as the {@code tests} classifier.
 */
@NullMarked
package io.pgbackup.core.testkit;

import org.jspecify.annotations.NullMarked;
