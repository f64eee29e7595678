package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The few small files of a set that tell how its server was set up, as they are met. For one thread. */
final class SettingsInSet {
    static final String CONFIGURATION = "postgresql.conf";
    static final String OVERRIDES = "postgresql.auto.conf";
    private static final Set<String> NAMES = Set.of(CONFIGURATION, OVERRIDES, TargetDirectory.CONTROL_FILE);
    private static final long LONGEST = 4 << 20;

    private final Map<String, ManifestChain.Chained> found = new LinkedHashMap<>();

    void note(ManifestChain.Chained wanted) {
        String path = wanted.entry().path().toString();
        if (NAMES.contains(path)
                && wanted.entry() instanceof ManifestEntry.File file
                && file.attributes().size() <= LONGEST) {
            found.put(path, wanted);
        }
    }

    Map<String, ManifestChain.Chained> all() {
        return found;
    }
}
