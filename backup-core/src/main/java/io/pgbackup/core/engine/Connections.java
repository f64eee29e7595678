package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.PgConnection;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.session.ServerFacts;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;

/** From the words of the api to those of the postgres room. */
public final class Connections {
    private Connections() {}

    /**
     * The server of a cluster.
     *
     * @param cluster that must have one
     * @return where it is
     */
    public static Cluster.Server require(Cluster cluster) {
        return cluster.server()
                .orElseThrow(() -> new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        "cluster " + cluster.name() + " was described without a server",
                        "name its data directory with at() and its server with connectedBy()"));
    }

    /**
     * How to connect.
     *
     * @param connection as the user said it
     * @return the settings
     */
    public static ConnectionSettings settings(PgConnection connection) {
        ConnectionSettings settings = ConnectionSettings.of(
                connection.url(), connection.user().orElseGet(() -> System.getProperty("user.name")));
        if (connection.password().isPresent()) {
            settings = settings.password(connection.password().get());
        }
        if (connection.socket().isPresent()) {
            settings = settings.unixSocket(connection.socket().get());
        }
        for (var property : connection.properties().entrySet()) {
            settings = settings.property(property.getKey(), property.getValue());
        }
        return settings;
    }

    /**
     * What backups must agree in.
     *
     * @param facts of the server
     * @return its identity
     */
    public static ServerIdentity identity(ServerFacts facts) {
        return new ServerIdentity(
                facts.identity().systemIdentifier(),
                facts.version().major(),
                facts.layout().blockSize(),
                facts.layout().walSegmentSize().bytes());
    }
}
