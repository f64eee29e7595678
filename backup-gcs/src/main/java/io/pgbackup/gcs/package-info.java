/**
 * Storage provider for Google Cloud Storage. Depends on the api and one SDK, never on the engine or another provider. Not implemented
 * yet: a repository with this scheme is refused with the name of this module.
 */
@NullMarked
package io.pgbackup.gcs;

import org.jspecify.annotations.NullMarked;
