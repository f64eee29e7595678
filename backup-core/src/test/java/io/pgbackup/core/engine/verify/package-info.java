@NullMarked
package io.pgbackup.core.engine.verify;

import org.jspecify.annotations.NullMarked;
