package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.config.ImportedRepository;
import io.pgbackup.config.OptionFinding.Outcome;
import io.pgbackup.config.PgBackRestConfiguration;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Reads what one file says about one stanza. For one call. */
public final class StanzaReader {
    private final Path path;
    private final String stanza;
    private final String command;

    /**
     * A file and what is looked for in it.
     *
     * @param file of pgBackRest
     * @param stanza one of its sections
     * @param command whose own sections count too; empty for none
     */
    public StanzaReader(Path file, String stanza, String command) {
        this.path = file;
        this.stanza = stanza;
        this.command = command;
    }

    /**
     * Reads it.
     *
     * @return what it says, with a finding for every option
     */
    public PgBackRestConfiguration read() {
        IniFile file = IniFile.read(path);
        if (!file.stanzas().contains(stanza)) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    path + " has no stanza '" + stanza + "'",
                    "It has: " + (file.stanzas().isEmpty() ? "none" : String.join(", ", file.stanzas())) + ".");
        }
        EffectiveOptions options = new EffectiveOptions(file, stanza, command);
        Translation translation = new Translation(file, options);
        Map<String, String> cluster = new ServerTranslation(translation, stanza).settings();
        Map<String, String> compression = new CompressionTranslation(translation).settings();
        List<ImportedRepository> repositories = new TreeSet<>(numbers(options))
                .stream()
                        .flatMap(number -> new RepositoryTranslation(translation, number, compression)
                                .read(name -> new OptionSecret(path, stanza, command, name)).stream())
                        .toList();
        OtherOptions.explain(translation);
        options.overridden()
                .forEach(option -> translation.add(
                        option, Outcome.IGNORED, "a section that is nearer to the stanza or command says it again"));
        options.otherCommands()
                .forEach(option -> translation.add(
                        option,
                        Outcome.DIFFERENT,
                        "holds for one command only: read the file for that command to have it"));
        return new PgBackRestConfiguration(stanza, cluster, repositories, translation.findings());
    }

    /** There is always a first repository. */
    private static List<Integer> numbers(EffectiveOptions options) {
        TreeSet<Integer> numbers = new TreeSet<>(List.of(1));
        options.all().keySet().stream()
                .filter(name -> name.matches("repo[0-9]{1,3}-.*"))
                .map(name -> Integer.parseInt(name.substring(4, name.indexOf('-'))))
                .forEach(numbers::add);
        return List.copyOf(numbers);
    }
}
