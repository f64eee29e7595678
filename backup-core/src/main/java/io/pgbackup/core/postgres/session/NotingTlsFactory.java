package io.pgbackup.core.postgres.session;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.ssl.WrappedFactory;
import org.postgresql.util.ObjectFactory;
import org.postgresql.util.PSQLException;

/** Notes the socket that speaks TLS; it comes from the factory that would have been used otherwise. Safe for use by many threads. */
public final class NotingTlsFactory extends WrappedFactory {
    /** Names the factory that would have been used otherwise. */
    static final String FORMER = "pgbackup.sslfactory";

    private final SocketTicket ticket;

    /**
     * Made by the driver.
     *
     * @param properties of the connection
     * @throws ReflectiveOperationException if the former factory cannot be made
     * @throws PSQLException if the driver's own cannot read its certificates
     */
    public NotingTlsFactory(Properties properties) throws ReflectiveOperationException, PSQLException {
        String name = properties.getProperty(FORMER);
        this.factory = name == null
                ? new LibPQFactory(properties)
                : ObjectFactory.instantiate(
                        SSLSocketFactory.class, name, properties, true, properties.getProperty("sslfactoryarg"));
        this.ticket = SocketTicket.of(properties);
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        return ticket.note(super.createSocket(plain, host, port, autoClose));
    }
}
