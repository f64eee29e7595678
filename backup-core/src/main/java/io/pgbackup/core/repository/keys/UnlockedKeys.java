package io.pgbackup.core.repository.keys;

import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.error.RepositoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a credential opened: the newest ring and the master keys of its generations. Wiped when closed. For one thread. */
public final class UnlockedKeys implements AutoCloseable {
    private final byte[] repositoryId;
    private final KeyRing ring;
    private final int slot;
    private final Map<Integer, MasterKey> masters;
    private final Map<Integer, RepositoryException> closed;

    UnlockedKeys(
            byte[] repositoryId,
            KeyRing ring,
            int slot,
            Map<Integer, MasterKey> masters,
            Map<Integer, RepositoryException> closed) {
        this.repositoryId = repositoryId;
        this.ring = ring;
        this.slot = slot;
        this.masters = new TreeMap<>(masters);
        this.closed = new TreeMap<>(closed);
    }

    /**
     * The newest ring.
     *
     * @return authenticated
     */
    public KeyRing ring() {
        return ring;
    }

    /**
     * The slot that the credential opens.
     *
     * @return its number, which is in the ring
     */
    public int slot() {
        return slot;
    }

    /**
     * The master keys.
     *
     * @return in order of generation; closed with this
     */
    public List<MasterKey> masters() {
        return List.copyOf(masters.values());
    }

    /**
     * Why an older generation did not open, if one did not: its slot is damaged or gone.
     *
     * @return empty if all opened
     */
    public Optional<RepositoryException> damage() {
        return closed.values().stream().findFirst();
    }

    /**
     * The cipher of the repository.
     *
     * @return new objects are sealed under the current generation
     */
    public RepositoryCipher cipher() {
        return RepositoryCipher.encrypted(repositoryId, masters.values());
    }

    /**
     * The cipher of the repository with a generation more.
     *
     * @param next seals new objects
     * @return to be closed
     */
    public RepositoryCipher cipher(MasterKey next) {
        List<MasterKey> all = new ArrayList<>(masters.values());
        all.add(next);
        return RepositoryCipher.encrypted(repositoryId, all);
    }

    @Override
    public void close() {
        masters.values().forEach(MasterKey::close);
    }
}
