package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import java.nio.file.Path;

/**
 * A secret that stands in the file; read from there at each use, because others renew it there.
 *
 * @param file the file
 * @param stanza whose sections hold
 * @param command whose sections hold too
 * @param option by its present name
 */
record OptionSecret(Path file, String stanza, String command, String option) implements SecretSource {
    @Override
    public Secret obtain() {
        return new EffectiveOptions(IniFile.read(file), stanza, command)
                .first(option)
                .map(found -> Secret.of(found.value().toCharArray()))
                .orElseThrow(() -> new IllegalStateException("the option " + option + " is no longer in " + file));
    }

    @Override
    public String toString() {
        return "SecretSource[option " + option + " of " + file + "]";
    }
}
