package io.pgbackup.keys;

import io.pgbackup.EncryptionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which slots go on under a new generation of the master key. A slot can only go on if its key is at hand; one whose key is not must be dropped by
 * its number, so that nobody is locked out by oversight. Immutable.
 */
public final class RotateRequest {
    private final List<EncryptionKey> others;
    private final Set<Integer> dropped;

    private RotateRequest(List<EncryptionKey> others, Set<Integer> dropped) {
        this.others = List.copyOf(others);
        this.dropped = java.util.Collections.unmodifiableSet(new TreeSet<>(dropped));
    }

    /**
     * The key with which the repository was configured goes on.
     *
     * @return a request that is enough if there is one slot
     */
    public static RotateRequest withConfiguredKey() {
        return new RotateRequest(List.of(), Set.of());
    }

    /**
     * Another key goes on too.
     *
     * @param key opens one of the slots
     * @return a new request
     */
    public RotateRequest and(EncryptionKey key) {
        List<EncryptionKey> more = new ArrayList<>(others);
        more.add(Objects.requireNonNull(key, "key"));
        return new RotateRequest(more, dropped);
    }

    /**
     * A slot does not go on: its key opens neither what is stored from now on, nor the repository any more.
     *
     * @param slot its number
     * @return a new request
     */
    public RotateRequest dropping(int slot) {
        Set<Integer> more = new TreeSet<>(dropped);
        more.add(slot);
        return new RotateRequest(others, more);
    }

    /**
     * The keys that go on beside the configured one.
     *
     * @return in the order given
     */
    public List<EncryptionKey> others() {
        return others;
    }

    /**
     * The slots that do not go on.
     *
     * @return their numbers
     */
    public Set<Integer> dropped() {
        return dropped;
    }
}
