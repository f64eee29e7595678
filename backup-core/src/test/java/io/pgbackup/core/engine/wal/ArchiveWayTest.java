package io.pgbackup.core.engine.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.engine.wal.ArchiveWay.Kind;
import io.pgbackup.core.postgres.session.ArchiverState;
import io.pgbackup.wal.WalPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that runs a script of ours is recognised however it is written; what cannot be read is said to be so. */
class ArchiveWayTest {
    @TempDir
    Path work;

    private ArchiveWay way(String command) {
        return ArchiveWay.of(new ArchiverState("on", command, "", "", "", 0, false), work);
    }

    private Path script(String name, String text) throws IOException {
        return Files.writeString(work.resolve(name), text);
    }

    @Test
    void bothKindsOfScriptsAreRecognised() throws IOException {
        Path asking = script("asking", CommandScripts.archive(work.resolve("socket"), Optional.empty()));
        WalPolicy.Spool spool = WalPolicy.all().spooledIn(work, 1 << 20).spool().orElseThrow();
        Path spooling = script("spooling", CommandScripts.spool(spool));
        assertThat(way(asking + " %f").kind()).isEqualTo(Kind.OURS);
        assertThat(way(spooling + " %f %p").kind()).isEqualTo(Kind.OURS);
    }

    @Test
    void itIsFoundInAnyQuotesAndBehindOtherPrograms() throws IOException {
        script("it's 100% \"ours\"", "#!/bin/sh\n" + ArchiveWay.MARK + "\n");
        String quoted =
                CommandScripts.quoted(work.resolve("it's 100% \"ours\"")).replace("%", "%%");
        assertThat(way(quoted + " %f %p").kind()).isEqualTo(Kind.OURS);
        assertThat(way("nice -n 5 " + quoted + " %f").kind()).isEqualTo(Kind.OURS);
        assertThat(way("test -f x&&(" + quoted + " %f)").kind()).isEqualTo(Kind.OURS);
        script("plain", ArchiveWay.MARK);
        assertThat(way("./plain %f").kind()).as("from the data directory").isEqualTo(Kind.OURS);
        assertThat(way("\"" + work + "/plain\" %f").kind()).isEqualTo(Kind.OURS);
        assertThat(way(work + "/pl\\ain %f").kind()).isEqualTo(Kind.OURS);
    }

    @Test
    void othersAreNot() throws IOException {
        Path other = script("other", "#!/bin/sh\nexec archiver \"$@\"\n");
        for (String command : new String[] {
            other + " %p", "cp %p /mnt/archive/%f", "archiver push %p", "cat %p > /dev/null", "'unfinished", "\\"
        }) {
            assertThat(way(command).kind()).as(command).isEqualTo(Kind.OTHER);
            assertThat(way(command).doubt()).as(command).isEmpty();
        }
        assertThat(way("x".repeat(5000)).text()).hasSizeLessThan(400);
    }

    @Test
    void whatCannotBeReadMayBeOurs() throws IOException {
        Path loop = work.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        ArchiveWay way = way(loop + " %f");
        assertThat(way.kind()).isEqualTo(Kind.OTHER);
        assertThat(way.describe()).contains("cannot read " + loop);
    }

    @Test
    void modeAndLibraryCountBeforeTheCommand() {
        assertThat(ArchiveWay.of(new ArchiverState("off", "(disabled)", "", "", "", 0, false), work)
                        .kind())
                .isEqualTo(Kind.OFF);
        ArchiveWay library = ArchiveWay.of(new ArchiverState("always", "", "some", "", "", 0, false), work);
        assertThat(library.kind()).isEqualTo(Kind.OTHER);
        assertThat(library.text()).isEqualTo("archive_library = 'some'");
        assertThat(way(" ").kind()).isEqualTo(Kind.NOTHING);
    }
}
