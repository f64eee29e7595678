/**
 * The proof of a {@link io.pgbackup.keys.KeyWrapper}, published as the {@code tests} classifier of {@code backup-api}: extend
 * {@link io.pgbackup.keys.testkit.KeyWrapperContract} to prove one, and use {@link io.pgbackup.keys.testkit.MemoryKeyService} to test what stands on top of one.
 * Needs JUnit Jupiter and AssertJ in test scope. Not for production.
 */
@NullMarked
package io.pgbackup.keys.testkit;

import org.jspecify.annotations.NullMarked;
