/** Tests of the keys of repositories. */
@NullMarked
package io.pgbackup.core.engine.keys;

import org.jspecify.annotations.NullMarked;
