package io.pgbackup.core.storage;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** What is registered on the class path. */
public final class Providers {
    private Providers() {}

    /**
     * Providers that the current thread's context class loader sees, and those that see this class.
     *
     * @param type of the providers
     * @param what they are, for messages, for example {@code a storage provider}
     * @return each once
     * @param <T> of the providers
     * @throws ConfigurationException if one is registered but cannot be made
     */
    public static <T> Collection<T> find(Class<T> type, String what) {
        // By class name: an application server may show the same module through both loaders.
        Map<String, T> found = new LinkedHashMap<>();
        try {
            for (T provider : ServiceLoader.load(type)) {
                found.putIfAbsent(provider.getClass().getName(), provider);
            }
            for (T provider : ServiceLoader.load(type, Providers.class.getClassLoader())) {
                found.putIfAbsent(provider.getClass().getName(), provider);
            }
        } catch (ServiceConfigurationError e) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    what + " on the class path cannot be loaded: " + e.getMessage(),
                    "All io.pgbackup artifacts must have the same version.",
                    e);
        }
        return found.values();
    }
}
