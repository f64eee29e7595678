/** Runs the examples, and holds README.md to what was compiled and run. */
@NullMarked
package io.pgbackup.examples.quickstart;

import org.jspecify.annotations.NullMarked;
