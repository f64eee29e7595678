/**
 * Which sets are kept and which go: the arithmetic, pins, and the order in which a set is deleted. Planning is a pure function; only the expiry
 * touches the store.
 */
@NullMarked
package io.pgbackup.core.repository.retention;

import org.jspecify.annotations.NullMarked;
