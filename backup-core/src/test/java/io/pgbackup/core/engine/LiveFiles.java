package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.files.RelationFile;
import io.pgbackup.core.postgres.page.PageCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Compares the pages of a restored cluster, not yet started, with those of the quiet server it was taken from. */
final class LiveFiles {
    private static final int PAGE = 8192;

    private LiveFiles() {}

    /** Every page is the same, but for what was logged since the backup started, and hints, which are not logged. */
    static void requireSame(Path live, Path restored, Lsn start) {
        List<String> differences = new ArrayList<>();
        int[] compared = {0};
        for (String path : relations(live)) {
            if (!Files.exists(restored.resolve(path))) {
                // Unlogged; the initial fork is there.
                continue;
            }
            byte[] of = bytes(live.resolve(path));
            byte[] is = bytes(restored.resolve(path));
            for (int at = 0; at + PAGE <= of.length; at += PAGE) {
                compared[0]++;
                boolean same = at + PAGE <= is.length && Arrays.equals(of, at, at + PAGE, is, at, at + PAGE);
                if (!same && !isReplayedOrHint(of, is, at, start)) {
                    differences.add(path + " page " + at / PAGE + " of " + PageCheck.lsn(of, at));
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(compared[0]).isGreaterThan(500);
    }

    private static boolean isReplayedOrHint(byte[] of, byte[] is, int at, Lsn start) {
        Lsn lsn = PageCheck.lsn(of, at);
        return lsn.compareTo(start) >= 0 || at + PAGE <= is.length && lsn.equals(PageCheck.lsn(is, at));
    }

    private static List<String> relations(Path data) {
        try (Stream<Path> all = Files.walk(data, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> data.relativize(file).toString())
                    .filter(path -> RelationFile.of(ClusterPath.of(path))
                            .filter(relation -> relation.name().fork() == Fork.MAIN)
                            .isPresent())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
