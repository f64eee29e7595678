package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.ManifestStream;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What an aborted set left behind that another may build upon. A manifest page is stored only after the bundles it names, so each that can be opened is
 * true by itself; some may be missing between others, because a page does not wait for the one before. What counts is proved here: the page opens, it is
 * sealed with the keys of today, it follows the pages before it, it stores something, and every bundle that it names is there in the length
 * it needs. For one thread.
 */
public final class DurablePages {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final int pageSize;
    private final Runnable heartbeat;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     * @param pageSize of the cluster, in bytes
     * @param heartbeat called for every page
     */
    public DurablePages(OpenRepository repository, ClusterLayout layout, int pageSize, Runnable heartbeat) {
        this.repository = repository;
        this.layout = layout;
        this.pageSize = pageSize;
        this.heartbeat = heartbeat;
    }

    /** What an opened page says of itself. */
    private record Content(ClusterPath first, ClusterPath last, int entries, Map<Integer, Long> bundleEnds) {}

    /**
     * Pages of an aborted set that may be built upon.
     *
     * @param label of the set
     * @return those of its files, in the order of their paths; perhaps none
     */
    public AdoptedPages of(BackupLabel label) {
        SetLayout set = layout.set(label);
        StoredBundles bundles = new StoredBundles(repository, set);
        List<ManifestRoot.Page> pages = new ArrayList<>();
        Optional<ClusterPath> last = Optional.empty();
        for (int number : numbers(set)) {
            heartbeat.run();
            ObjectKey key = set.manifestPage(number);
            Optional<byte[]> object = repository.readObject(key);
            Optional<Content> content = object.flatMap(bytes -> content(key, bytes));
            if (content.isEmpty()) {
                continue;
            }
            if (last.isPresent() && last.get().compareTo(content.get().first()) >= 0) {
                break; // Paths begin again: this is what is added after stop.
            }
            last = Optional.of(content.get().last());
            if (!content.get().bundleEnds().isEmpty()
                    && bundles.hold(content.get().bundleEnds())) {
                byte[] header = header(key, object.get()).encode();
                pages.add(new ManifestRoot.Page(number, header, content.get().entries()));
            }
        }
        return new AdoptedPages(label, pages);
    }

    /**
     * Whether pages that were adopted once are still what they were, and the bundles they name are there.
     *
     * @param adopted pages of an aborted set
     * @return false if anything is missing or damaged
     */
    public boolean areWhole(AdoptedPages adopted) {
        SetLayout set = layout.set(adopted.label());
        StoredBundles bundles = new StoredBundles(repository, set);
        for (ManifestRoot.Page page : adopted.pages()) {
            heartbeat.run();
            ObjectKey key = set.manifestPage(page.number());
            Optional<Content> content = unlessDamaged(() ->
                    content(key, repository.requirePinned(key, HeaderKind.MANIFEST_PAGE, page.header()), pageSize));
            if (content.isEmpty() || !bundles.hold(content.get().bundleEnds())) {
                return false;
            }
        }
        return true;
    }

    private Iterable<Integer> numbers(SetLayout set) {
        TreeSet<Integer> numbers = new TreeSet<>();
        repository
                .list(set.manifest())
                .prefixes()
                .forEach(prefix -> repository.list(prefix).objects().stream()
                        .map(ObjectInfo::key)
                        .map(ObjectKey::name)
                        .filter(name -> name.matches("[0-9]{1,9}"))
                        .forEach(name -> numbers.add(Integer.parseInt(name))));
        return numbers;
    }

    private Optional<Content> content(ObjectKey key, byte[] object) {
        return unlessDamaged(
                () -> header(key, object).generation() == repository.cipher().currentGeneration()
                        ? content(key, repository.open(key, HeaderKind.MANIFEST_PAGE, object), pageSize)
                        : Optional.empty());
    }

    private static ObjectHeader header(ObjectKey key, byte[] object) {
        return ObjectHeader.parse(key, object, Math.min(object.length, ObjectHeader.LONGEST));
    }

    private Optional<Content> content(ObjectKey key, byte[] page, int size) {
        return repository.parse(key, page, bytes -> walk(new ManifestStream(1, size, only -> bytes)));
    }

    private static Optional<Content> walk(ManifestStream entries) {
        Map<Integer, Long> ends = new HashMap<>();
        Optional<ClusterPath> first = Optional.empty();
        Optional<ClusterPath> last = Optional.empty();
        int count = 0;
        for (; entries.hasNext(); count++) {
            ManifestEntry entry = entries.next();
            first = first.or(() -> Optional.of(entry.path()));
            last = Optional.of(entry.path());
            if (entry instanceof ManifestEntry.File file) {
                for (FrameRef frame : file.map().frames()) {
                    ends.merge(frame.bundle().sequence(), frame.offset() + frame.stored(), Math::max);
                }
            }
        }
        return count == 0
                ? Optional.empty()
                : Optional.of(new Content(first.orElseThrow(), last.orElseThrow(), count, ends));
    }

    /** Damage means that there is nothing to build upon; a store that fails is no damage. */
    private static Optional<Content> unlessDamaged(java.util.function.Supplier<Optional<Content>> look) {
        try {
            return look.get();
        } catch (RepositoryException e) {
            if (e.code() == ErrorCode.REPOSITORY_DAMAGED
                    || e.code() == ErrorCode.FORMAT_UNSUPPORTED
                    || e.code() == ErrorCode.OBJECT_MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
