package io.pgbackup.core.postgres.session;

import java.net.Socket;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the socket of one connection that the driver makes. The driver makes its socket factories itself, by the name of their class and perhaps in a thread of its own, and
 * tells them nothing but text: so the text is the number of a ticket, which is good for one connect. The only state that this library shares in a whole
 * process; no entry outlives its connect.
 */
final class SocketTicket implements AutoCloseable {
    private static final String NUMBER = "pgbackup.socketTicket";
    private static final Map<String, SocketTicket> OPEN = new ConcurrentHashMap<>();

    private final String number = UUID.randomUUID().toString();
    private volatile @Nullable Socket socket;

    private SocketTicket() {}

    /** Opens a ticket and writes its number into the properties of a connection. */
    static SocketTicket into(Properties properties) {
        SocketTicket ticket = new SocketTicket();
        OPEN.put(ticket.number, ticket);
        properties.setProperty(NUMBER, ticket.number);
        return ticket;
    }

    /** The ticket whose number stands in the properties of a connection. */
    static SocketTicket of(Properties properties) {
        return Objects.requireNonNull(OPEN.get(properties.getProperty(NUMBER, "")), "no connect is under way");
    }

    /** Notes a socket; the last one counts: the driver may try several hosts, and TLS lies over the plain one. */
    <T extends Socket> T note(T made) {
        socket = made;
        return made;
    }

    Optional<Socket> socket() {
        return Optional.ofNullable(socket);
    }

    @Override
    public void close() {
        OPEN.remove(number);
    }
}
