package io.pgbackup.core.postgres.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.SocketFactory;
import org.postgresql.util.ObjectFactory;
import org.postgresql.util.PSQLException;

/** Notes the socket that the driver speaks over; sockets come from the factory that would have been used otherwise. Safe for use by many threads. */
public final class NotingSocketFactory extends SocketFactory {
    /** Names the factory that would have been used otherwise. */
    static final String FORMER = "pgbackup.socketFactory";

    private final SocketFactory former;
    private final SocketTicket ticket;

    /**
     * Made by the driver.
     *
     * @param properties of the connection
     * @throws ReflectiveOperationException if the former factory cannot be made
     * @throws PSQLException if its name is none of a factory
     */
    public NotingSocketFactory(Properties properties) throws ReflectiveOperationException, PSQLException {
        String name = properties.getProperty(FORMER);
        this.former = name == null
                ? SocketFactory.getDefault()
                : ObjectFactory.instantiate(
                        SocketFactory.class, name, properties, true, properties.getProperty("socketFactoryArg"));
        this.ticket = SocketTicket.of(properties);
    }

    @Override
    public Socket createSocket() throws IOException {
        return ticket.note(former.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return ticket.note(former.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return ticket.note(former.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return ticket.note(former.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return ticket.note(former.createSocket(address, port, localAddress, localPort));
    }
}
