package io.pgbackup.core.engine.verify;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.VerifyReport.Finding;
import io.pgbackup.catalog.VerifyReport.Severity;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.ObjectFaults;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was found so far. One finding for each object, however many sets came across it: it names all that need the object. Only what an object itself
 * proves is a finding; a store that cannot be read is an exception that goes on. Safe for use by many threads.
 */
final class Findings {
    private final ClusterLayout layout;
    private final Map<BackupLabel, Set<BackupLabel>> dependants = new ConcurrentHashMap<>();
    private final Set<BackupLabel> known = ConcurrentHashMap.newKeySet();
    private final Map<Key, Finding> found = new ConcurrentHashMap<>();

    private record Key(String object, Optional<String> path, ErrorCode code) {}

    Findings(ClusterLayout layout) {
        this.layout = layout;
    }

    /** Sets that are needed by others. */
    void know(Collection<BackupRecord> records) {
        for (BackupRecord record : records) {
            known.add(record.label());
            for (BackupLabel reference : record.references()) {
                dependants
                        .computeIfAbsent(reference, label -> ConcurrentHashMap.newKeySet())
                        .add(record.label());
            }
        }
    }

    /** Looks at something a restore needs. */
    void needing(BackupLabel label, ObjectKey key, Runnable look) {
        guarded(look, key.toString(), failure -> damage(label, key.toString(), Optional.empty(), failure));
    }

    /** Looks at something that should be as it was written, though no restore needs it. */
    void expecting(Optional<BackupLabel> label, ObjectKey key, Runnable look) {
        guarded(
                look,
                key.toString(),
                failure -> add(new Finding(
                        Severity.WEAKNESS,
                        failure.code(),
                        label,
                        failure.object().orElse(key.toString()),
                        Optional.empty(),
                        List.of(),
                        String.valueOf(failure.getMessage()))));
    }

    private interface Handler {
        void found(RepositoryException failure);
    }

    private static void guarded(Runnable look, String object, Handler handler) {
        try {
            look.run();
        } catch (RepositoryException e) {
            ObjectFaults.require(e);
            handler.found(e);
        } catch (MalformedContentException e) {
            handler.found(new RepositoryException(
                            ErrorCode.REPOSITORY_DAMAGED, String.valueOf(e.getMessage()), "use another backup", e)
                    .about(object));
        }
    }

    /** Content of a file is not what it should be. */
    void content(BackupLabel label, String path, RepositoryException failure) {
        ObjectFaults.require(failure);
        damage(label, layout.set(label).bundles().toString(), Optional.of(path), failure);
    }

    private void damage(BackupLabel looking, String otherwise, Optional<String> path, RepositoryException failure) {
        String object = failure.object().orElse(otherwise);
        BackupLabel owner = ownerOf(object).orElse(looking);
        Set<BackupLabel> affected = new TreeSet<>(dependants.getOrDefault(owner, Set.of()));
        affected.add(looking);
        if (known.contains(owner)) {
            affected.add(owner);
        }
        boolean wholeObjectKnown =
                path.isPresent() && found.containsKey(new Key(object, Optional.empty(), failure.code()));
        if (!wholeObjectKnown) {
            add(new Finding(
                    Severity.DAMAGE,
                    failure.code(),
                    Optional.of(owner),
                    object,
                    path,
                    new ArrayList<>(affected),
                    String.valueOf(failure.getMessage())));
        }
    }

    /** Something worth a look. */
    void notice(Optional<BackupLabel> label, ErrorCode code, String object, String message) {
        add(new Finding(Severity.NOTICE, code, label, object, Optional.empty(), List.of(), message));
    }

    private void add(Finding finding) {
        found.merge(new Key(finding.object(), finding.path(), finding.code()), finding, Findings::joined);
    }

    private static Finding joined(Finding one, Finding other) {
        Set<BackupLabel> affects = new TreeSet<>(one.affects());
        affects.addAll(other.affects());
        Finding worse = one.severity().compareTo(other.severity()) <= 0 ? one : other;
        return new Finding(
                worse.severity(),
                worse.code(),
                worse.label(),
                worse.object(),
                worse.path(),
                new ArrayList<>(affects),
                worse.message());
    }

    /** The set whose record or data an object is. */
    private Optional<BackupLabel> ownerOf(String object) {
        for (ObjectPrefix prefix : List.of(layout.data(), layout.records())) {
            String begin = prefix + "/";
            if (object.startsWith(begin)) {
                int end = object.indexOf('/', begin.length());
                return label(object.substring(begin.length(), end < 0 ? object.length() : end));
            }
        }
        return Optional.empty();
    }

    private static Optional<BackupLabel> label(String name) {
        try {
            return Optional.of(BackupLabel.parse(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether nothing is wrong with a set or with what it needs. */
    boolean isClean(BackupLabel label) {
        return found.values().stream()
                .noneMatch(finding -> finding.severity() != Severity.NOTICE
                        && (finding.affects().contains(label)
                                || finding.label().filter(label::equals).isPresent()));
    }

    /** Forgets what was found about a set that is being removed meanwhile: it is concerned by nothing any more. */
    void forget(BackupLabel label) {
        found.values().removeIf(finding -> finding.label().filter(label::equals).isPresent());
        found.replaceAll((key, finding) -> finding.affects().contains(label) ? without(label, finding) : finding);
    }

    private static Finding without(BackupLabel label, Finding finding) {
        return new Finding(
                finding.severity(),
                finding.code(),
                finding.label(),
                finding.object(),
                finding.path(),
                finding.affects().stream()
                        .filter(affected -> !affected.equals(label))
                        .toList(),
                finding.message());
    }

    List<Finding> result() {
        List<Finding> all = new ArrayList<>(found.values());
        all.sort(Comparator.comparing(Finding::severity)
                .thenComparing(Finding::object)
                .thenComparing(finding -> finding.path().orElse("")));
        return all;
    }
}
