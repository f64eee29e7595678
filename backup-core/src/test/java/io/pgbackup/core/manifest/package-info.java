/** Tests of the room. */
@NullMarked
package io.pgbackup.core.manifest;

import org.jspecify.annotations.NullMarked;
