package io.pgbackup.core.postgres.stream;

/** An error message of the server. Never leaves this room: {@link StreamFailures} says what it means. */
final class ServerRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final String state;

    ServerRefusal(String state, String message) {
        super(message);
        this.state = state;
    }

    /** The five characters of SQLSTATE. */
    String state() {
        return state;
    }
}
