/**
 * The storage SPI: what a provider implements so that pgbackup can keep a repository in a place. Objects are written once, whole,
 * with known length, and never changed; there is no update, rename or append. Layout, retries, encryption and progress
 * belong to the engine: a provider moves opaque bytes under opaque keys and classifies failures.
 */
@NullMarked
package io.pgbackup.storage;

import org.jspecify.annotations.NullMarked;
