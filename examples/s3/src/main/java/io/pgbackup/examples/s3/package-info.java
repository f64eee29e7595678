/** Backups in S3 or a compatible store. */
@NullMarked
package io.pgbackup.examples.s3;

import org.jspecify.annotations.NullMarked;
