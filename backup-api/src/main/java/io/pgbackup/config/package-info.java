/** Configurations of other tools, read into the values of this one, with a word about every option. */
@NullMarked
package io.pgbackup.config;

import org.jspecify.annotations.NullMarked;
