/** Changes of a repository's keys: slots are prepared, and the next key ring decides. Knows no cluster and no server. */
@NullMarked
package io.pgbackup.core.engine.keys;

import org.jspecify.annotations.NullMarked;
