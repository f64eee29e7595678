/** Tests of the room. */
@NullMarked
package io.pgbackup.core.block;

import org.jspecify.annotations.NullMarked;
