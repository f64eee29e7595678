package io.pgbackup.examples.storagecheck;

import io.pgbackup.Repository;
import io.pgbackup.azure.testkit.Azurite;
import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.s3.testkit.S3ProxyServer;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageProvider;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** One server for each protocol over HTTP, and repositories there, perhaps through something in between. */
final class Stores implements AutoCloseable {
    private final Path directory;
    private final Map<String, AutoCloseable> servers = new HashMap<>();

    Stores(Path directory) {
        this.directory = directory;
    }

    /** The server of a scheme; started at the first call. */
    URI server(String scheme) throws Exception {
        return switch (scheme) {
            case "s3" -> s3().endpoint();
            case "azure" -> URI.create(azure().account());
            default -> gcs().url();
        };
    }

    private S3ProxyServer s3() throws Exception {
        if (!servers.containsKey("s3")) {
            servers.put("s3", S3ProxyServer.withBucket("backups"));
        }
        return (S3ProxyServer) servers.get("s3");
    }

    private Azurite azure() throws Exception {
        if (!servers.containsKey("azure")) {
            Azurite azurite = Azurite.start();
            servers.put("azure", azurite);
            azurite.createContainer("backups");
        }
        return (Azurite) servers.get("azure");
    }

    private GcsServer gcs() {
        if (!servers.containsKey("gs")) {
            GcsServer server = GcsServer.start().withBucket("backups");
            server.forgetBodies();
            servers.put("gs", server);
        }
        return (GcsServer) servers.get("gs");
    }

    /** A client that reaches the server of the scheme at an address. */
    Storage open(String scheme, URI address) throws Exception {
        Repository repository = Repository.from(settings(scheme, address));
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.scheme().equals(scheme))
                .findFirst()
                .orElseThrow();
        return provider.open(repository.location(), repository.config(), StorageContext.system());
    }

    private Map<String, String> settings(String scheme, URI address) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("unencrypted", "true"));
        String endpoint = "http://127.0.0.1:" + address.getPort();
        switch (scheme) {
            case "s3" -> {
                settings.put("location", "s3://backups/path");
                settings.put("s3.endpoint", endpoint);
                settings.put("s3.allow-plain-http", "true");
                settings.put("s3.access-key-id", s3().accessKey());
                settings.put("s3.secret-access-key", secret("s3", s3().secretKey()));
            }
            case "azure" -> {
                settings.put("location", "azure:" + endpoint + "/" + Azurite.ACCOUNT + "/backups/path");
                settings.put("azure.account-key", secret("azure", azure().key()));
            }
            default -> {
                settings.put("location", "gs://backups/path");
                settings.put("gs.anonymous", "true");
                settings.put("gs.plain-http-endpoint", endpoint);
            }
        }
        return settings;
    }

    private String secret(String name, String value) throws Exception {
        return "file:" + Files.writeString(directory.resolve(name), value).toAbsolutePath();
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable server : servers.values()) {
            server.close();
        }
    }
}
