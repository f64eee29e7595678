/** Tests of the room. */
@NullMarked
package io.pgbackup.core.engine.copy;

import org.jspecify.annotations.NullMarked;
