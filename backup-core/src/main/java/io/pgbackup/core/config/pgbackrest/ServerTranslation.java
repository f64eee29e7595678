package io.pgbackup.core.config.pgbackrest;

import java.util.LinkedHashMap;
import java.util.Map;

/** The options of the first server, as settings of a cluster. For one call. */
final class ServerTranslation {
    private static final String USUAL_SOCKETS = "/var/run/postgresql";
    private static final String PATH = "pg1-path";
    private static final String SOCKET = "pg1-socket-path";

    private final Translation options;
    private final Map<String, String> settings = new LinkedHashMap<>();

    ServerTranslation(Translation options, String stanza) {
        this.options = options;
        settings.put("name", stanza);
    }

    Map<String, String> settings() {
        if (options.has("pg1-host")) {
            options.unsupported(
                    "pg1-host",
                    "the server is on another machine: run the library there; here the cluster can be restored, inspected,"
                            + " verified and expired");
            return settings;
        }
        if (!options.has(PATH)) {
            options.remark(
                    PATH, "no server is described: the cluster can be restored, inspected, verified and expired only");
            return settings;
        }
        put(PATH, "data-directory");
        put(SOCKET, "socket-directory");
        put("pg1-port", "port");
        put("pg1-database", "database");
        put("pg1-user", "user");
        if (!settings.containsKey("socket-directory")) {
            settings.put("socket-directory", USUAL_SOCKETS);
            options.remark(
                    SOCKET,
                    "no directory of sockets is named, and libpq's own is not known here; taken is " + USUAL_SOCKETS);
        }
        return settings;
    }

    private void put(String option, String key) {
        options.used(option, key + " of the cluster").ifPresent(value -> settings.put(key, value));
    }
}
