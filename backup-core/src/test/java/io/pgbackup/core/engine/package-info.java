/** Tests of the verbs through the public api. */
@NullMarked
package io.pgbackup.core.engine;

import org.jspecify.annotations.NullMarked;
