/**
 * pgBackRest's configuration file: its syntax, which of its sections hold for a stanza and a command, and what each option means here. Makes settings for the
 * room above, not values; knows no repository of pgBackRest's.
 */
@NullMarked
package io.pgbackup.core.config.pgbackrest;

import org.jspecify.annotations.NullMarked;
