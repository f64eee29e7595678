/** Tests of the room. */
@NullMarked
package io.pgbackup.core.engine.backup;

import org.jspecify.annotations.NullMarked;
