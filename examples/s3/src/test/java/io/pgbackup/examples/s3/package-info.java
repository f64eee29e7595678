/** The program runs against a server that speaks S3. */
@NullMarked
package io.pgbackup.examples.s3;

import org.jspecify.annotations.NullMarked;
