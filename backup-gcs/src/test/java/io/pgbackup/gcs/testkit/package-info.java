/**
 * A server that speaks as much of the JSON API of Google Cloud Storage as a repository uses, and is strict about it: what the store refuses it refuses. It
 * keeps objects in memory, records every request, and misbehaves on demand. Published for tests of others; never for production.
 */
@NullMarked
package io.pgbackup.gcs.testkit;

import org.jspecify.annotations.NullMarked;
