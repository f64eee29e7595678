/** The program runs against a server that speaks as the store does. */
@NullMarked
package io.pgbackup.examples.gcs;

import org.jspecify.annotations.NullMarked;
