/**
 * One class per verb (backup, restore, expire, verify, info, check) and the wiring. The only room that knows
 * every other; each operation class reads like a table of contents.
 */
@NullMarked
package io.pgbackup.core.engine;

import org.jspecify.annotations.NullMarked;
