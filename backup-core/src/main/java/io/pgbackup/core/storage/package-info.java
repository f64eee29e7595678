/**
 * Finds providers, retries in one place, decorates, and serves file: and memory:. Never sees a manifest.
 */
@NullMarked
package io.pgbackup.core.storage;

import org.jspecify.annotations.NullMarked;
