package io.pgbackup.sftp;

import io.pgbackup.sftp.testkit.Commands;
import org.junit.jupiter.api.condition.DisabledIf;

/** Where OpenSSH's server is not installed, the contract is proved all the same. */
@DisabledIf("isOpenSshInstalled")
class InsteadOfOpenSshContractTest extends InProcessContract {
    static boolean isOpenSshInstalled() {
        return Commands.isInstalled("sshd");
    }
}
