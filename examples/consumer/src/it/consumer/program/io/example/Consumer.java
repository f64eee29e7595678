package io.example;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes a repository of each kind from text, and lets each provider really send something: to a server that hangs up at once. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] schemes) throws Exception {
        Set<String> found = new TreeSet<>();
        ServiceLoader.load(StorageProvider.class).forEach(provider -> found.add(provider.scheme()));
        Set<String> expected = new TreeSet<>(Set.of(schemes));
        expected.addAll(Set.of("file", "memory"));
        require(found.equals(expected), "the providers found are " + found + ", not " + expected);
        Path secret = Files.writeString(Files.createTempFile("secret", ""), "c2VjcmV0");
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            AtomicInteger contacts = new AtomicInteger();
            Thread acceptor = new Thread(() -> hangUp(server, contacts));
            acceptor.setDaemon(true);
            acceptor.start();
            for (String scheme : schemes) {
                int before = contacts.get();
                Repository repository = Repository.from(settings(scheme, server.getLocalPort(), secret));
                touch(repository);
                require(contacts.get() > before, scheme + ": nothing was sent");
                System.out.println(scheme + ": " + repository + " sent its request");
            }
        } finally {
            Files.delete(secret);
        }
    }

    private static void touch(Repository repository) throws StorageException {
        try (PgBackup pg = PgBackup.of(Cluster.from(Map.of("name", "main"))).repository(repository).build()) {
            require(pg != null, "no engine");
        }
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.scheme().equals(repository.location().scheme()))
                .findFirst()
                .orElseThrow();
        try (Storage storage = provider.open(repository.location(), repository.config(), StorageContext.system())) {
            storage.stat(ObjectKey.of("format"));
            throw new IllegalStateException("an answer from nobody");
        } catch (StorageException e) {
            System.out.println(repository.location().scheme() + ": " + e.getMessage());
        }
    }

    private static Map<String, String> settings(String scheme, int port, Path secret) {
        String endpoint = "http://127.0.0.1:" + port;
        Map<String, String> settings = new HashMap<>(Map.of("unencrypted", "true"));
        switch (scheme) {
            case "azure" -> {
                settings.put("location", "azure:" + endpoint + "/account/container");
                settings.put("azure.account-key", "file:" + secret);
            }
            case "gs" -> {
                settings.put("location", "gs://bucket/path");
                settings.put("gs.anonymous", "true");
                settings.put("gs.plain-http-endpoint", endpoint);
            }
            case "s3" -> {
                settings.put("location", "s3://bucket/path");
                settings.put("s3.endpoint", endpoint);
                settings.put("s3.allow-plain-http", "true");
                settings.put("s3.access-key-id", "id");
                settings.put("s3.secret-access-key", "file:" + secret);
            }
            case "sftp" -> {
                settings.put("location", "sftp://user@127.0.0.1:" + port + "/path");
                settings.put("sftp.password", "file:" + secret);
                settings.put("sftp.host-key-check", "none");
            }
            default -> throw new IllegalArgumentException(scheme);
        }
        return settings;
    }

    private static void hangUp(ServerSocket server, AtomicInteger contacts) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                contacts.incrementAndGet();
                socket.setSoTimeout(200);
                InputStream in = socket.getInputStream();
                in.read(new byte[16]);
                socket.getOutputStream().write("nobody\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // The next one.
            }
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
