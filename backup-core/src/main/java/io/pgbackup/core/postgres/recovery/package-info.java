/**
 * What a restored directory needs beside its files: recovery settings, {@code backup_label} and {@code tablespace_map}. Text in, text out; this
 * package touches no file.
 */
@NullMarked
package io.pgbackup.core.postgres.recovery;

import org.jspecify.annotations.NullMarked;
