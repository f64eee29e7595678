package io.pgbackup.gcs;

import java.io.IOException;

/** The store no longer takes a token that it took before: the next request comes with a new one. */
final class RefusedTokenException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedTokenException() {
        super("the store no longer takes the access token; the next request fetches a new one");
    }
}
