/** A local repository and one on an SFTP server, side by side. */
@NullMarked
package io.pgbackup.examples.sftp;

import org.jspecify.annotations.NullMarked;
