/** Tests of the room. */
@NullMarked
package io.pgbackup.core.work;

import org.jspecify.annotations.NullMarked;
