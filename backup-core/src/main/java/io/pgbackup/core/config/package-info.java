/**
 * Repositories and clusters made from text: which keys there are, what they may say, and what is wrong with those that were given. Knows the
 * storage providers by their registry only; opens nothing and obtains no secret.
 */
@NullMarked
package io.pgbackup.core.config;

import org.jspecify.annotations.NullMarked;
