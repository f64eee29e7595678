/**
 * Tests of the room of the same name.
 */
@NullMarked
package io.pgbackup.core.engine.restore.plan;

import org.jspecify.annotations.NullMarked;
