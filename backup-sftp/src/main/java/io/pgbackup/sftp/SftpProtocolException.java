package io.pgbackup.sftp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The server broke the rules of the file protocol. */
final class SftpProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    SftpProtocolException(String message) {
        this(message, null);
    }

    SftpProtocolException(String message, @Nullable Throwable cause) {
        super("the server sent " + message, cause);
    }
}
