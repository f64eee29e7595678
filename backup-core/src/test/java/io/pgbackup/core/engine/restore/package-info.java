/** Tests of the room. */
@NullMarked
package io.pgbackup.core.engine.restore;

import org.jspecify.annotations.NullMarked;
