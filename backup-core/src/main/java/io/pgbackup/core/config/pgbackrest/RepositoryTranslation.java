package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.SecretSource;
import io.pgbackup.config.ImportedRepository;
import io.pgbackup.storage.SecretResolver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The options of one repository, as settings. For one call. */
final class RepositoryTranslation {
    private static final String REFERENCE = "option:";
    private static final String USUAL_PATH = "/var/lib/pgbackrest";

    private final Translation options;
    private final int number;
    private final String prefix;
    private final Map<String, String> compression;
    private final Map<String, String> settings = new LinkedHashMap<>();

    RepositoryTranslation(Translation options, int number, Map<String, String> compression) {
        this.options = options;
        this.number = number;
        this.prefix = "repo" + number + "-";
        this.compression = compression;
    }

    /** The repository, or none if it cannot exist here. */
    Optional<ImportedRepository> read(Function<String, SecretSource> secrets) {
        Optional<String> location = location();
        if (location.isEmpty()) {
            return Optional.empty();
        }
        settings.put("location", location.get());
        settings.put("name", "repo" + number);
        settings.putAll(compression);
        encryption();
        SecretResolver resolver = name -> name.startsWith(REFERENCE)
                ? secrets.apply(name.substring(REFERENCE.length()))
                : SecretSource.reference(name);
        return Optional.of(
                new ImportedRepository(number, settings, resolver, new RetentionTranslation(options, prefix).read()));
    }

    private Optional<String> location() {
        if (options.unsupported(
                        prefix + "host",
                        "this repository is reached through pgBackRest on another machine, which is not done here: reach its"
                                + " store directly, or its machine by sftp")
                .isPresent()) {
            return Optional.empty();
        }
        String type = options.look(prefix + "type").orElse("posix");
        String path = path();
        return switch (type) {
            case "posix" -> {
                options.used(prefix + "type", "a directory");
                yield Optional.of("file://" + path);
            }
            case "azure" -> Optional.of(used(type).azure(path));
            case "s3" -> Optional.of(used(type).s3(path));
            case "gcs" -> Optional.of(used(type).gcs(path));
            case "sftp" -> Optional.of(used(type).sftp(path));
            case "cifs" -> {
                options.unsupported(
                        prefix + "type",
                        "a file system without hard links cannot promise that nothing is overwritten: use another store");
                yield Optional.empty();
            }
            default -> throw options.wrong(prefix + "type", "is '" + type + "', it is posix, azure, s3, gcs or sftp");
        };
    }

    private StoreTranslation used(String type) {
        options.used(prefix + "type", "the provider of the location");
        return new StoreTranslation(options, prefix, settings, type);
    }

    /** Below pgBackRest's own, so that neither meets the other's files. */
    private String path() {
        String path = options.different(
                        prefix + "path",
                        "a new repository in the directory pgbackup below it: pgBackRest's own is neither read nor changed")
                .orElseGet(() -> {
                    options.remark(
                            prefix + "path", "pgBackRest's own default, " + USUAL_PATH + ", and pgbackup below it");
                    return USUAL_PATH;
                });
        if (!path.startsWith("/")) {
            throw options.wrong(prefix + "path", "is no absolute path");
        }
        String base = path.replaceAll("/+", "/");
        return encoded((base.endsWith("/") ? base : base + "/") + "pgbackup");
    }

    /** As a path of a URI. */
    private static String encoded(String path) {
        try {
            return new java.net.URI(null, null, path, null).toASCIIString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalArgumentException(path, e);
        }
    }

    private void encryption() {
        String pass = prefix + "cipher-pass";
        String type = options.look(prefix + "cipher-type").orElse("none");
        if (type.equals("none")) {
            options.used(prefix + "cipher-type", "unencrypted");
            options.different(pass, "not used, for the repository is not encrypted");
            options.remark(
                    prefix + "cipher-type",
                    "the new repository is not encrypted either; encrypt it by giving it a passphrase or key of its own");
            settings.put("unencrypted", "true");
            return;
        }
        options.different(
                prefix + "cipher-type",
                "the new repository is encrypted by AES-256-GCM, which finds tampering; there is no other suite");
        if (!options.has(pass)) {
            throw options.wrong(prefix + "cipher-type", "needs " + pass);
        }
        boolean comment =
                options.look(pass).filter(value -> value.matches(".*\\s#.*")).isPresent();
        options.different(
                pass,
                "opens the new repository, as a passphrase that is read from this file whenever it is needed"
                        + (comment
                                ? "; it holds a '#': comments at the end of a line do not exist, so what looks like one is part of"
                                        + " the passphrase, for pgBackRest too"
                                : ""));
        settings.put("encryption-passphrase", REFERENCE + pass);
    }

    /** Names a secret that stands in the file. */
    static String reference(String option) {
        return REFERENCE + option;
    }
}
