/**
 * Tests of the room of the same name.
 */
@NullMarked
package io.pgbackup.core.repository.retention;

import org.jspecify.annotations.NullMarked;
