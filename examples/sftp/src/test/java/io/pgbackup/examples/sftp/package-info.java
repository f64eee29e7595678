/** The example against a real PostgreSQL and a real SSH server. */
@NullMarked
package io.pgbackup.examples.sftp;

import org.jspecify.annotations.NullMarked;
