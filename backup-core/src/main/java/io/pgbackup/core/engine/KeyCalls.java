package io.pgbackup.core.engine;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which threads wait for a key management service. Safe for use by many threads. */
final class KeyCalls {
    private final Set<Thread> asking = ConcurrentHashMap.newKeySet();

    boolean isAsking(Thread thread) {
        return asking.contains(thread);
    }

    KeyWrapper noting(KeyWrapper wrapper) {
        return new Noting(wrapper, asking);
    }

    private record Noting(KeyWrapper delegate, Set<Thread> asking) implements KeyWrapper {
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
            asking.add(Thread.currentThread());
            try {
                return delegate.wrap(secret, binding);
            } finally {
                asking.remove(Thread.currentThread());
            }
        }

        @Override
        public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
            asking.add(Thread.currentThread());
            try {
                return delegate.unwrap(wrapped, binding);
            } finally {
                asking.remove(Thread.currentThread());
            }
        }

        @Override
        public String toString() {
            return delegate.toString();
        }
    }
}
