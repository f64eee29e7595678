/** Tests against OpenSSH's own server, started on the loopback interface by the testkit. */
@NullMarked
package io.pgbackup.sftp;

import org.jspecify.annotations.NullMarked;
