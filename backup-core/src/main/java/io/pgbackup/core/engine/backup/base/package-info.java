/**
 * How a set begins: its lease, the base chosen for it, and what it adopts of interrupted ones.
 */
@NullMarked
package io.pgbackup.core.engine.backup.base;

import org.jspecify.annotations.NullMarked;
