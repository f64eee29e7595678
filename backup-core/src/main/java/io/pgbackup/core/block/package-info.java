/**
 * Which pages changed, and which stored pages a restore needs. Arithmetic over block maps; reads and writes
 * nothing itself.
 */
@NullMarked
package io.pgbackup.core.block;

import org.jspecify.annotations.NullMarked;
