/** Tests against OpenSSH's own server, started on the loopback interface by {@code SshServer}. */
@NullMarked
package io.pgbackup.sftp;

import org.jspecify.annotations.NullMarked;
