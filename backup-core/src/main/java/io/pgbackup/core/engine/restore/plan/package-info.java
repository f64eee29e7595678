/**
 * What a restore will do, found out before the first byte is written: what the set holds, what of it is wanted, what the target has already, and
 * every reason not to begin.
 */
@NullMarked
package io.pgbackup.core.engine.restore.plan;

import org.jspecify.annotations.NullMarked;
