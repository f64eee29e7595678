package io.pgbackup.core.repository;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The storage of an actor whose calls are answered from a script; the first call beyond the script is noted, and the actor goes no further. Ages are of no
 * interest here: everything is old enough.
 */
final class ExploredStorage implements Storage {
    /** What an actor does to the store. */
    enum Verb {
        CREATE,
        READ,
        STAT,
        LIST,
        DELETE
    }

    /** One call; the content is that of a create. */
    record Call(Verb verb, List<String> keys, byte @Nullable [] content) {
        String key() {
            return keys.get(0);
        }
    }

    /** The names one level below a prefix. */
    record Names(List<String> objects, List<String> prefixes) {}

    /** Leaves the actor where it is. */
    static final class Stop extends Error {
        private static final long serialVersionUID = 1;

        Stop() {
            super("the script ends here", null, false, false);
        }
    }

    private static final Instant OLD = Instant.EPOCH;
    private static final Instant NOW = OLD.plusSeconds(1_000_000_000);

    private final List<Object> script;
    private final IntFunction<byte[]> contents;
    private final Sabotage sabotage;
    private int position;
    private @Nullable Call stoppedAt;

    ExploredStorage(List<Object> script, IntFunction<byte[]> contents, Sabotage sabotage) {
        this.script = script;
        this.contents = contents;
        this.sabotage = sabotage;
    }

    Optional<Call> stoppedAt() {
        return Optional.ofNullable(stoppedAt);
    }

    /** The reply of the script, or the end of it. */
    Object ask(Verb verb, List<String> keys, byte @Nullable [] content) {
        if (stoppedAt == null && position < script.size()) {
            return script.get(position++);
        }
        if (stoppedAt == null) {
            stoppedAt = new Call(verb, keys, content);
        }
        throw new Stop();
    }

    private static boolean isProbe(ObjectKey key) {
        return key.toString().contains("/check/");
    }

    @Override
    public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        if (isProbe(key)) {
            return;
        }
        byte[] content;
        try (InputStream in = payload.open()) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw new StorageFaultException("memory cannot fail", e);
        }
        if (!sabotage.create(this, key.toString(), content)) {
            throw new ObjectExistsException("there is " + key);
        }
    }

    @Override
    public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
        int content = (Integer) ask(Verb.READ, List.of(key.toString()), null);
        if (content == 0) {
            throw new ObjectNotFoundException("there is no " + key);
        }
        return new ByteArrayInputStream(contents.apply(content));
    }

    @Override
    public Optional<ObjectInfo> stat(ObjectKey key) {
        if (isProbe(key)) {
            return Optional.of(new ObjectInfo(key, 1, NOW));
        }
        boolean there = sabotage.stat(this, key.toString());
        return there ? Optional.of(new ObjectInfo(key, 1, OLD)) : Optional.empty();
    }

    @Override
    public Listing list(ObjectPrefix prefix) {
        Names names = sabotage.list(this, prefix.toString());
        return new Listing(
                names.objects().stream()
                        .map(name -> new ObjectInfo(ObjectKey.of(name), 1, OLD))
                        .toList(),
                names.prefixes().stream().map(ObjectPrefix::of).toList());
    }

    @Override
    public DeleteReport delete(Collection<ObjectKey> keys) {
        List<String> real = keys.stream()
                .filter(key -> !isProbe(key))
                .map(ObjectKey::toString)
                .toList();
        if (!real.isEmpty()) {
            sabotage.delete(this, real);
        }
        return DeleteReport.complete();
    }

    @Override
    public void close() {}
}
