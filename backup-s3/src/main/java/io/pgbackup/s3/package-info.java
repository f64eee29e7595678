/**
 * Storage provider for S3 and compatible stores: {@link io.pgbackup.s3.S3} holds the settings, everything else serves the five verbs. Objects are
 * created by one conditional PUT, retries are left to the engine, and an answer that is not plainly S3's counts as no answer. Depends on the api and one SDK,
 * never on the engine or another provider.
 */
@NullMarked
package io.pgbackup.s3;

import org.jspecify.annotations.NullMarked;
