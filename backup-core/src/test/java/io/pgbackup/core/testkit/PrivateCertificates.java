package io.pgbackup.core.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A certificate authority that exists for one test, and a certificate for 127.0.0.1 that it has signed; made with the {@code keytool} of this JDK.
 *
 * @param authority its certificate, PEM
 * @param certificate of the server, PEM
 * @param key of the server, PEM
 */
public record PrivateCertificates(Path authority, Path certificate, Path key) {
    /**
     * Makes new ones.
     *
     * @param directory is made
     * @return the files
     * @throws IOException if that fails
     */
    public static PrivateCertificates make(Path directory) throws IOException {
        Files.createDirectories(directory);
        Keytool keytool = new Keytool(directory, UUID.randomUUID().toString());
        keytool.run(
                "authority",
                "-genkeypair",
                "-alias",
                "ca",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test authority",
                "-ext",
                "bc:c=ca:true");
        keytool.run("server", "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=127.0.0.1");
        Path request = directory.resolve("server.csr");
        keytool.run("server", "-certreq", "-alias", "server", "-file", request.toString());
        Path authority = directory.resolve("authority.crt");
        Path certificate = directory.resolve("server.crt");
        keytool.run("authority", "-exportcert", "-rfc", "-alias", "ca", "-file", authority.toString());
        keytool.run(
                "authority",
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString(),
                "-ext",
                "san=ip:127.0.0.1,dns:localhost");
        return new PrivateCertificates(authority, certificate, keytool.exportKey("server"));
    }

    private record Keytool(Path directory, String password) {
        void run(String store, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-keystore",
                    directory.resolve(store + ".p12").toString(),
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    password));
            command.addAll(1, List.of(arguments[0]));
            command.addAll(List.of(arguments).subList(1, arguments.length));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("keytool.log").toFile())
                    .start();
            try {
                if (process.waitFor() != 0) {
                    throw new IOException(Files.readString(directory.resolve("keytool.log")));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        Path exportKey(String store) throws IOException {
            try (InputStream in = Files.newInputStream(directory.resolve(store + ".p12"))) {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(in, password.toCharArray());
                byte[] encoded = Objects.requireNonNull(keys.getKey("server", password.toCharArray()))
                        .getEncoded();
                String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(encoded);
                return Files.writeString(
                        directory.resolve("server.key"),
                        "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        }
    }

    /**
     * Lets a running server speak TLS.
     *
     * @param server takes copies
     * @throws IOException if that fails
     */
    public void installIn(PostgresServer server) throws IOException {
        Path data = server.dataDirectory();
        Files.copy(certificate, data.resolve("server.crt"));
        Path copied = Files.copy(key, data.resolve("server.key"));
        Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rw-------"));
        ServerUser.choose().own(data);
        server.execute("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()");
    }
}
