/** Tests of the verbs of the write-ahead log that need no server. */
@NullMarked
package io.pgbackup.core.engine.wal;

import org.jspecify.annotations.NullMarked;
