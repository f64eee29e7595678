package io.pgbackup.gcs.testkit;

/** The store refuses a request. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;

    Refusal(int status, String reason, String message) {
        super(message);
        this.status = status;
        this.reason = reason;
    }

    static Refusal invalid(String message) {
        return new Refusal(400, "invalid", message);
    }

    Reply reply() {
        return Reply.error(status, reason, String.valueOf(getMessage()));
    }
}
