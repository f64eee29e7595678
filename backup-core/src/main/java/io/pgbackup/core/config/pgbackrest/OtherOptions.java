package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.config.OptionFinding.Outcome;
import io.pgbackup.storage.NearestName;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is to be said about the options that are neither of the server nor of a repository's place, key and retention. */
final class OtherOptions {
    /**
     * Options of one kind.
     *
     * @param names a pattern
     * @param outcome what becomes of them
     * @param message what to do
     */
    private record Kind(Pattern names, Outcome outcome, String message) {}

    private static final List<Kind> KINDS = List.of(
            ignored("log-.*", "logging is the application's, through SLF4J"),
            different("process-max", "workers are chosen by PgBackup.Builder.parallelism or PgBackupRuntime"),
            different("start-fast", "the checkpoint is chosen by each BackupRequest"),
            different("delta", "RestoreRequest.replacingExisting() does it, for one restore"),
            different("expire-auto", "expiring is a call of its own, or BackupRequest…thenExpire"),
            different("resume|checksum-page|exclude|annotation", "it is chosen by each BackupRequest"),
            different("archive-timeout", "BackupRequest…archivePatience"),
            different(
                    "target.*|type|set|tablespace-map.*|link-map|link-all|db-include|archive-mode|recovery-option",
                    "it is chosen by each RestoreRequest"),
            different("repo", "repositories are values, given to each request"),
            different("archive-copy", "BackupRequest says whether a backup holds its own WAL"),
            ignored("archive-check|archive-header-check|page-header-check", "it is always checked"),
            ignored(
                    "archive-async|spool-path|archive-get-queue-max",
                    "a push returns when the repositories hold the file; what is fetched is fetched ahead by WalDelivery"),
            unsupported("archive-push-queue-max", "WAL is never given up: look after the space of pg_wal"),
            unsupported(
                    "archive-missing-retry|stop-auto|online|force|backup-standby|db-exclude",
                    "nothing does the same here"),
            ignored(
                    "buffer-size|(io|db|protocol)-timeout|job-retry.*|sck-.*|tcp-.*|lock-path|neutral-umask|cmd.*|compress-level-network"
                            + "|compress-type-network|manifest-save-threshold|priority|config.*|tls-server-.*|exec-id|stanza|beta"
                            + "|hardlink|raw|dry-run|output|verbose",
                    "there is nothing to choose here"),
            ignored("repo[0-9]+-(bundle.*|block.*|hardlink|symlink)", "files are always bundled and stored by page"),
            ignored(
                    "repo[0-9]+-(host|cipher|storage|target|s3|azure|gcs|sftp|cifs)-.*",
                    "it does not concern this kind of repository"),
            ignored("repo[0-9]+-retention-.*", "it does not concern this repository"),
            ignored("repo[0-9]+-.*-upload-chunk-size", "objects are bounded"),
            unsupported("pg([2-9]|[1-9][0-9]+)-.*", "a cluster has one server here: describe the one on this machine"),
            ignored(
                    "pg1-(host.*|path|port|user|database|socket-path)",
                    "it does not concern a server on this machine"));

    /** Names that pgBackRest knows, to name the nearest. */
    private static final List<String> WELL_KNOWN = List.of(
            "compress-level",
            "compress-type",
            "process-max",
            "start-fast",
            "delta",
            "archive-async",
            "log-level-console",
            "log-level-file",
            "log-path",
            "spool-path",
            "pg1-path",
            "pg1-port",
            "pg1-socket-path",
            "pg1-user",
            "pg1-database",
            "repo1-path",
            "repo1-type",
            "repo1-cipher-pass",
            "repo1-cipher-type",
            "repo1-retention-full",
            "repo1-retention-diff",
            "repo1-retention-archive",
            "repo1-bundle",
            "repo1-block");

    private static final Pattern OF_A_STORE =
            Pattern.compile("(?<repository>repo[0-9]+)-(?<store>s3|azure|gcs|sftp)-(?!.*upload-chunk-size).*");

    private OtherOptions() {}

    /** Says a word about every option that has none yet. */
    static void explain(Translation translation) {
        for (String name : translation.left()) {
            Optional<Kind> kind = KINDS.stream()
                    .filter(one -> one.names().matcher(name).matches())
                    .findFirst();
            if (kind.isPresent() && !isOfItsStore(translation, name)) {
                translation.take(name, kind.get().outcome(), kind.get().message());
            } else {
                translation.unsupported(name, "not an option that is known here; did you mean " + nearest(name) + "?");
            }
        }
    }

    /** What is of the kind of store that the repository has, and was not taken, is not known. */
    private static boolean isOfItsStore(Translation translation, String name) {
        Matcher matcher = OF_A_STORE.matcher(name);
        return matcher.matches()
                && translation
                        .look(matcher.group("repository") + "-type")
                        .filter(matcher.group("store")::equals)
                        .isPresent();
    }

    private static String nearest(String name) {
        String number = name.replaceFirst("^((repo|pg)[0-9]+)?.*", "$1");
        String first = number.isEmpty() ? name : number.replaceAll("[0-9]+", "1") + name.substring(number.length());
        String nearest = NearestName.to(first, WELL_KNOWN);
        return number.isEmpty() || !nearest.contains("-") ? nearest : nearest.replaceFirst("^(repo|pg)1", number);
    }

    private static Kind ignored(String names, String message) {
        return new Kind(Pattern.compile(names), Outcome.IGNORED, message);
    }

    private static Kind different(String names, String message) {
        return new Kind(Pattern.compile(names), Outcome.DIFFERENT, message);
    }

    private static Kind unsupported(String names, String message) {
        return new Kind(Pattern.compile(names), Outcome.UNSUPPORTED, message);
    }
}
