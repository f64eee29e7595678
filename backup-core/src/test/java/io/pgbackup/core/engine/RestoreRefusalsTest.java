package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.engine.restore.RestoreOperation;
import io.pgbackup.core.postgres.ControlFileBytes;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that a restore must leave alone even if it may replace what is there. Nothing in them changes. */
class RestoreRefusalsTest {
    private RestoreModel model;
    private int set;

    @BeforeEach
    void takeASet(@TempDir Path temporary) throws IOException {
        model = new RestoreModel(temporary.toRealPath(), new Random(7));
        set = model.take();
        model.restore(set, model.into("used")).run();
    }

    @AfterEach
    void close() {
        model.close();
    }

    private void refused(ErrorCode code, String word, RestoreRequest request) {
        SortedMap<String, String> before = Tree.of(model.place("."));
        refused(code, word, model.restore(set, request)::plan);
        refused(code, word, model.restore(set, request)::run);
        assertThat(Tree.of(model.place("."))).isEqualTo(before);
    }

    private static void refused(ErrorCode code, String word, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).as("%s", failure).isEqualTo(code))
                .hasMessageContaining(word);
    }

    private RestoreRequest over(String name) {
        return model.into(name).replacingExisting();
    }

    @Test
    void whatIsNoCluster() throws IOException {
        Files.createDirectories(model.place("home/documents"));
        refused(ErrorCode.TARGET_UNUSABLE, "neither", over("home"));
        Files.writeString(model.place("home/PG_VERSION"), "17\n");
        refused(ErrorCode.TARGET_UNUSABLE, "neither", over("home"));
        refused(ErrorCode.TARGET_UNUSABLE, "not empty", model.into("home"));
    }

    @Test
    void anotherCluster() throws IOException {
        Path control = model.place("used/global/pg_control");
        Files.write(control, ControlFileBytes.of(1700, fields -> fields.putLong(0, 4711)));
        refused(ErrorCode.TARGET_UNUSABLE, "another cluster, 4711", over("used"));
        Files.writeString(model.place("used/PG_VERSION"), "16\n");
        refused(ErrorCode.TARGET_UNUSABLE, "version 16", over("used"));
    }

    /** A damaged or lost control file is what one restores for. */
    @Test
    void aDamagedClusterIsNotRefused() throws IOException {
        Files.write(model.place("used/global/pg_control"), new byte[8192]);
        assertThat(model.restore(set, over("used")).run().plan().warnings())
                .anyMatch(warning -> warning.message().contains("damaged"));
        Files.delete(model.place("used/global/pg_control"));
        assertThat(model.restore(set, over("used")).run().plan().warnings())
                .anyMatch(warning -> warning.message().contains("no control file"));
    }

    @Test
    void aServerOfAnotherContainer() throws IOException {
        Path file = Files.writeString(
                model.place("used/postmaster.pid"), ProcessHandle.current().pid() + "\n/var/lib/postgresql/data\n");
        refused(ErrorCode.TARGET_UNUSABLE, "another container", over("used"));
        Files.writeString(file, "what is this\n");
        refused(ErrorCode.TARGET_UNUSABLE, "another container", over("used"));
        model.restore(set, over("used").ignoringPidFile()).run();
        assertThat(file).doesNotExist();
    }

    @Test
    void aRepositoryInTheTargetOrAroundIt() throws IOException {
        Path inside = Files.createDirectories(model.place("used/backups"));
        model.repositoriesAt(inside);
        refused(ErrorCode.TARGET_UNUSABLE, "repository", over("used"));
        model.repositoriesAt(model.place("."));
        refused(ErrorCode.TARGET_UNUSABLE, "repository", over("used"));
        Path link = Files.createSymbolicLink(model.place("link"), inside);
        model.repositoriesAt(link);
        refused(ErrorCode.TARGET_UNUSABLE, "repository", over("used"));
        model.repositoriesAt(model.place("used-fast"));
        refused(ErrorCode.TARGET_UNUSABLE, "repository", over("used"));
    }

    /** The same directory under another name is the same directory. */
    @Test
    void throughALinkItIsStillTheSame() throws IOException {
        Files.createSymbolicLink(model.place("alias"), model.place("used"));
        Files.writeString(
                model.place("used/postmaster.pid"), ProcessHandle.current().pid() + "\n");
        refused(
                ErrorCode.TARGET_UNUSABLE,
                "postmaster.pid",
                Site.restoreInto(model.place("alias"))
                        .tablespace("16500", model.place("used-fast"))
                        .replacingExisting());
    }

    @Test
    void somebodyElsesTablespace() throws IOException {
        Path taken = Files.createDirectories(model.place("taken"));
        Files.writeString(taken.resolve("precious"), "precious");
        RestoreRequest request = Site.restoreInto(model.place("used")).replacingExisting();
        refused(ErrorCode.TARGET_UNUSABLE, "tablespace 16500 and not empty", request.tablespace("16500", taken));
        refused(ErrorCode.TARGET_UNUSABLE, "place of pg_wal", over("used").linked("pg_wal", taken));
        refused(ErrorCode.INVALID_REQUEST, "cannot be linked", over("used").linked("base", model.place("free")));
        assertThatThrownBy(() ->
                        model.restore(set, request.tablespace("16500", taken)).plan())
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.hint()).contains("tablespace(\"16500\", path)"));
    }

    @Test
    void ownersThatCannotBe() {
        refused(
                ErrorCode.TARGET_UNUSABLE,
                "root".equals(System.getProperty("user.name")) ? "does not know" : "super user",
                model.into("owned").ownedBy("nobody-of-this-name", "nobody-of-this-name"));
    }

    @Test
    void aDatabaseThatIsNotThere() {
        refused(
                ErrorCode.INVALID_REQUEST,
                "no database 'books'",
                model.into("new").onlyDatabases("books"));
    }

    /** Other versions and other clusters keep their directories in a tablespace. */
    @Test
    void whatElseLiesInATablespaceStays() throws IOException {
        Path other = Files.createDirectories(model.place("used-fast/PG_16_202307071/5"));
        Files.writeString(other.resolve("16384"), "precious");
        RestoreOperation again = model.restore(set, over("used"));
        assertThat(again.run().plan().changes().removals()).noneMatch(path -> path.contains("PG_16"));
        assertThat(other.resolve("16384")).hasContent("precious");
    }
}
