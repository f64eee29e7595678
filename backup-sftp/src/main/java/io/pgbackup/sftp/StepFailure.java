package io.pgbackup.sftp;

import io.pgbackup.storage.FailedStep;
import java.io.IOException;
import java.util.Optional;

/** A failure on the way to the server that knows how far it came: the library's exceptions do not say. */
final class StepFailure extends IOException implements FailedStep.Known {
    private static final long serialVersionUID = 1L;

    private final FailedStep step;

    StepFailure(FailedStep step, String message, Throwable cause) {
        super(message, cause);
        this.step = step;
    }

    @Override
    public Optional<FailedStep> failedStep() {
        return Optional.of(step);
    }
}
