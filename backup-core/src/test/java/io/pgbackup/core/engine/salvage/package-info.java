@NullMarked
package io.pgbackup.core.engine.salvage;

import org.jspecify.annotations.NullMarked;
