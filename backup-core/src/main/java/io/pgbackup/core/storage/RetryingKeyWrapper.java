package io.pgbackup.core.storage;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import io.pgbackup.storage.StorageUnavailableException;
import java.util.Optional;

/** Repeats what a key management service did not do because it was unavailable, and nothing else; by the same rules as requests to a store. */
public final class RetryingKeyWrapper implements KeyWrapper {
    private final KeyWrapper delegate;
    private final Retries retries;

    /**
     * Decorates a wrapper that does not retry by itself.
     *
     * @param delegate asks the service
     * @param policy how often and how long
     * @param timing where time, waiting and chance come from
     */
    public RetryingKeyWrapper(KeyWrapper delegate, RetryPolicy policy, RetryTiming timing) {
        this.delegate = delegate;
        this.retries = new Retries(policy, timing, RetryListener.none());
    }

    @Override
    public String service() {
        return delegate.service();
    }

    @Override
    public String key() {
        return delegate.key();
    }

    @Override
    public WrappedKey wrap(Secret secret, KeyBinding binding) throws KeyServiceException {
        return repeated("wrap a key", () -> delegate.wrap(secret, binding));
    }

    @Override
    public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
        return repeated("unwrap a key", () -> delegate.unwrap(wrapped, binding));
    }

    /** One request to the service. */
    private interface Request<T> {
        T send() throws KeyServiceException;
    }

    private <T> T repeated(String operation, Request<T> request) throws KeyServiceException {
        Retries.Attempts attempts = retries.begin(operation);
        while (true) {
            try {
                return request.send();
            } catch (KeyServiceException e) {
                if (e.reason() != Reason.UNAVAILABLE) {
                    throw e;
                }
                waitAfter(attempts, e);
            }
        }
    }

    private static void waitAfter(Retries.Attempts attempts, KeyServiceException failure) throws KeyServiceException {
        try {
            attempts.waitAfter(new StorageUnavailableException(
                    String.valueOf(failure.getMessage()),
                    failure,
                    failure.retryAfter().orElse(null)));
        } catch (StorageUnavailableException end) {
            throw new KeyServiceException(Reason.UNAVAILABLE, String.valueOf(end.getMessage()), failure);
        }
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
