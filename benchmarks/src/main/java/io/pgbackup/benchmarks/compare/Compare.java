package io.pgbackup.benchmarks.compare;

import io.pgbackup.core.testkit.ServerUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The command: makes a data set, lets this library and other tools back it up in turn, and prints a table. */
public final class Compare {
    private Compare() {}

    /**
     * Runs.
     *
     * @param arguments see {@link CompareOptions#USAGE}
     * @throws IOException if a directory cannot be made
     */
    public static void main(String[] arguments) throws IOException {
        CompareOptions options;
        try {
            options = CompareOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + CompareOptions.USAGE);
            System.exit(2);
            return;
        }
        System.out.println(run(options).toMarkdown());
    }

    static Report run(CompareOptions options) throws IOException {
        ServerUser user = ServerUser.choose();
        ServerPrograms programs = ServerPrograms.choose(options.server());
        Path root = options.work().isPresent()
                ? options.work().get().resolve("pgbackup-compare")
                : Files.createTempDirectory("pgbackup-compare");
        // The path of a Unix socket has hardly more than a hundred bytes.
        Path socket = Files.createTempDirectory(Path.of("/tmp"), "pgcompare");
        try {
            user.own(socket);
            Workspace workspace = new Workspace(root, user);
            ComparedServer.Place place =
                    new ComparedServer.Place(root.resolve("cluster"), socket, root.resolve("server.log"));
            DataSet dataSet = new DataSet(options.scale(), root.resolve("data-set"));
            dataSet.make(workspace, programs, place);
            try (ComparedServer server = ComparedServer.start(workspace.commands(), programs, place, true);
                    Contest contest = new Contest(options, workspace, programs, server, dataSet)) {
                return contest.run();
            }
        } finally {
            Workspace.delete(socket);
            if (!options.keep()) {
                Workspace.delete(root);
            }
        }
    }
}
