/**
 * Storage provider for Google Cloud Storage, scheme {@code gs}. {@link io.pgbackup.gcs.Gcs} is all that an application names: how to authenticate, and how
 * objects are kept. Speaks the JSON API over HTTP with Google's generated client; an object is created by exactly one conditional request. Depends on the
 * api and that client, never on the engine or another provider. Repeats nothing by itself.
 */
@NullMarked
package io.pgbackup.gcs;

import org.jspecify.annotations.NullMarked;
