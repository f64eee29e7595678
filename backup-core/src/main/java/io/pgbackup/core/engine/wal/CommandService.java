package io.pgbackup.core.engine.wal;

import io.pgbackup.Cluster;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on a Unix socket in a directory that is closed to other users, and answers one request on each connection. Safe for use by many threads. */
final class CommandService implements WalService {
    private static final Logger LOG = LoggerFactory.getLogger(CommandService.class);
    private static final int LONGEST_SOCKET_PATH = 100;

    private final CommandDirectory directory;
    private final ServerSocketChannel server;
    private final CommandAnswers answers;
    private final ExecutorService executor;
    private final Watching watching;
    private final Optional<WalSpool> spool;
    private final Optional<SpoolDrain> draining;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    private CommandService(
            CommandDirectory directory, ServerSocketChannel server, CommandAnswers answers, WalVerbs verbs) {
        this.directory = directory;
        this.server = server;
        this.answers = answers;
        this.executor = verbs.executor();
        this.watching = verbs.watching();
        this.spool = verbs.spool();
        this.draining = verbs.draining();
    }

    static WalService begin(Cluster cluster, WalVerbs verbs, Path directory) {
        CommandDirectory place = CommandDirectory.prepare(
                directory.toAbsolutePath().normalize(), cluster.server().map(Cluster.Server::dataDirectory));
        if (place.socket().toString().length() > LONGEST_SOCKET_PATH) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the path of a Unix socket has at most some " + LONGEST_SOCKET_PATH + " bytes: " + place.socket(),
                    "choose a shorter directory, for example below /run");
        }
        try {
            verbs.spool().ifPresent(spool -> place.prepareSpool(spool.policy().directory()));
            Files.deleteIfExists(place.socket());
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(place.socket()));
                place.own(place.socket());
                CommandAnswers answers = new CommandAnswers(
                        new PushAhead(verbs, cluster.server().map(Cluster.Server::dataDirectory), verbs.executor()),
                        new FetchAhead(verbs, place.spool(), verbs.executor()));
                CommandService service = new CommandService(place, server, answers, verbs);
                service.executor.execute(service::listen);
                return service;
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw CommandDirectory.unusable(directory, e);
        }
    }

    private void listen() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                connections.add(connection);
                executor.execute(() -> answer(connection));
            } catch (AsynchronousCloseException | RejectedExecutionException e) {
                return;
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("a connection to {} could not be accepted", directory.socket(), e);
            }
        }
    }

    private void answer(SocketChannel connection) {
        try (connection) {
            answers.answer(connection);
        } catch (IOException e) {
            // The command sees the connection end without an answer, and fails in the safe way.
            LOG.warn("a command on {} got no answer: {}", directory.socket(), e.getMessage());
        } finally {
            connections.remove(connection);
        }
    }

    @Override
    public String writeArchiveCommand(Path script) {
        return spool.map(some -> directory.write(script, CommandScripts.spool(some.policy())) + " %f %p")
                .orElseGet(() -> directory.write(script, CommandScripts.archive(directory.socket())) + " %f");
    }

    @Override
    public String writeRestoreCommand(Path script) {
        return directory.write(script, CommandScripts.restore(directory.socket(), 0)) + " %f %p";
    }

    @Override
    public void close() {
        watching.close();
        draining.ifPresent(SpoolDrain::close);
        try {
            server.close();
            for (SocketChannel connection : connections) {
                connection.close();
            }
            directory.clear();
        } catch (IOException e) {
            LOG.warn("the socket {} could not be removed", directory.socket(), e);
        }
    }
}
