/** Tests of the room of the same name. */
@NullMarked
package io.pgbackup.core.repository.keys;

import org.jspecify.annotations.NullMarked;
