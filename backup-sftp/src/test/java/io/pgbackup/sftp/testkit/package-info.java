/** A real OpenSSH server for tests of this module and for examples, started on the loopback interface and removed without a trace. */
@NullMarked
package io.pgbackup.sftp.testkit;

import org.jspecify.annotations.NullMarked;
