/**
 * Copying sets between repositories and combining chains into full sets: content is read and proved by the content room, then compressed and
 * encrypted anew for the repository it goes to. No database is asked.
 */
@NullMarked
package io.pgbackup.core.engine.copy;

import org.jspecify.annotations.NullMarked;
