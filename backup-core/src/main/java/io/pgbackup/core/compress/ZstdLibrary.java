package io.pgbackup.core.compress;

import com.github.luben.zstd.util.Native;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Whether the native zstd library loads, asked once per JVM. It unpacks itself into the temporary directory; where it cannot, it throws
 * an {@code Error}, which must not leave a library.
 */
final class ZstdLibrary {
    private ZstdLibrary() {}

    static void requireLoaded() {
        String failure = Probe.FAILURE;
        if (failure != null) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the native zstd library could not be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + failure,
                    "Name a writable directory that is not mounted noexec with -DZstdTempFolder=<directory>,"
                            + " or use the compression lz4.");
        }
    }

    private static final class Probe {
        static final @Nullable String FAILURE = load();

        private static @Nullable String load() {
            try {
                Native.load();
                return null;
            } catch (LinkageError e) {
                return e.toString();
            }
        }
    }
}
