/** Backups in Google Cloud Storage: a program to read and copy from. */
@NullMarked
package io.pgbackup.examples.gcs;

import org.jspecify.annotations.NullMarked;
