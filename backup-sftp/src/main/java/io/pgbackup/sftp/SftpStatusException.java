package io.pgbackup.sftp;

import java.io.IOException;

/** The server answered a request with a failure. */
final class SftpStatusException extends IOException {
    static final int OK = 0;
    static final int END_OF_FILE = 1;
    static final int NO_SUCH_FILE = 2;
    static final int PERMISSION_DENIED = 3;
    static final int FAILURE = 4;
    static final int BAD_MESSAGE = 5;
    static final int NO_CONNECTION = 6;
    static final int CONNECTION_LOST = 7;
    static final int UNSUPPORTED = 8;
    // Codes of later versions of the protocol, which some servers send all the same.
    static final int NO_SUCH_PATH = 10;
    static final int WRITE_PROTECT = 12;
    static final int NO_SPACE = 14;
    static final int QUOTA_EXCEEDED = 15;

    private static final long serialVersionUID = 1L;

    private final int code;

    SftpStatusException(int code, String said) {
        super("the server said " + (said.isBlank() ? "nothing" : "'" + said + "'") + " (status " + code + ")");
        this.code = code;
    }

    int code() {
        return code;
    }

    boolean isMissing() {
        return code == NO_SUCH_FILE || code == NO_SUCH_PATH;
    }
}
