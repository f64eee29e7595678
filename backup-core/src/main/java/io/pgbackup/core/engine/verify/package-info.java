/**
 * Proves what a repository holds: set by set, each stored object once, and what was found is attributed to every set that needs it. Reads; the only
 * thing it writes is that a set was verified.
 */
@NullMarked
package io.pgbackup.core.engine.verify;

import org.jspecify.annotations.NullMarked;
