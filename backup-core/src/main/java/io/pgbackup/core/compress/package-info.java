/**
 * Codecs behind one small interface. Knows nothing of frames.
 */
@NullMarked
package io.pgbackup.core.compress;

import org.jspecify.annotations.NullMarked;
