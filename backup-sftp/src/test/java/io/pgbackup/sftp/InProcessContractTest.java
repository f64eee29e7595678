package io.pgbackup.sftp;

import org.junit.jupiter.api.Tag;

/** The second server beside OpenSSH. */
@Tag("long")
class InProcessContractTest extends InProcessContract {}
