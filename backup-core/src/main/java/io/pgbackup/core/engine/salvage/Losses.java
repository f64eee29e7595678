package io.pgbackup.core.engine.salvage;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.repository.ObjectFaults;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What could not be read. Only what the objects themselves are guilty of: a store that cannot be reached ends the operation. For one thread. */
final class Losses {
    private final Set<String> lost = new LinkedHashSet<>();

    <T> Optional<T> trying(ObjectKey key, Supplier<T> look) {
        try {
            return Optional.of(look.get());
        } catch (RepositoryException e) {
            ObjectFaults.require(e);
            add(String.valueOf(e.getMessage()));
        } catch (MalformedContentException | IndexOutOfBoundsException e) {
            add("object " + key + " does not follow the format: " + e.getMessage());
        }
        return Optional.empty();
    }

    void add(String what) {
        lost.add(what);
    }

    List<String> all() {
        return List.copyOf(lost);
    }
}
