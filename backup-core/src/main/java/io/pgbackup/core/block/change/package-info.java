/**
 * Which pages the log says were changed: collected from records, kept compactly, joined over segments, and asked for each file. What the log does not tell
 * (free space and visibility maps, files without pages) is never decided here. Reads and writes no files and no objects.
 */
@NullMarked
package io.pgbackup.core.block.change;

import org.jspecify.annotations.NullMarked;
