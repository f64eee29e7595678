/**
 * The proof of a storage provider, published as the {@code tests} classifier of {@code backup-api}: extend
 * {@link io.pgbackup.storage.testkit.StorageContract} to prove one, and use {@link io.pgbackup.storage.testkit.MemoryStorage} and
 * {@link io.pgbackup.storage.testkit.FaultyStorage} to test what stands on top of one. Needs JUnit Jupiter and AssertJ in test scope. Not for production.
 */
@NullMarked
package io.pgbackup.storage.testkit;

import org.jspecify.annotations.NullMarked;
