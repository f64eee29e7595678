/** Runs the example on a real server and the emulator of the store. */
@NullMarked
package io.pgbackup.examples.azure;

import org.jspecify.annotations.NullMarked;
