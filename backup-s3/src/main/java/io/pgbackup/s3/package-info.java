/**
 * Storage provider for S3 and compatible stores. Depends on the api and one SDK, never on the engine or another provider. Not implemented
 * yet: a repository with this scheme is refused with the name of this module.
 */
@NullMarked
package io.pgbackup.s3;

import org.jspecify.annotations.NullMarked;
