/**
 * Saves what can be saved of a set whose records or manifest are lost. Everything here is the exception: it lists where others are told, reads bundles as a whole,
 * and says of each file how much of it is certain.
 */
@NullMarked
package io.pgbackup.core.engine.salvage;

import org.jspecify.annotations.NullMarked;
