/** Tests of the room. */
@NullMarked
package io.pgbackup.core.repository;

import org.jspecify.annotations.NullMarked;
