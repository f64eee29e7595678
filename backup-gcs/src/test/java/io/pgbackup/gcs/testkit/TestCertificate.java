package io.pgbackup.gcs.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate made for a test by the JDK's own tool; it is its own authority.
 *
 * @param server for a server that shows it
 * @param pem what a client that shall trust it needs
 */
public record TestCertificate(SSLContext server, String pem) {
    /**
     * Makes a certificate.
     *
     * @param directory for files that are needed on the way
     * @param names of hosts that it is good for
     * @return the certificate
     * @throws Exception if the tool fails
     */
    public static TestCertificate make(Path directory, String... names) throws Exception {
        String password = UUID.randomUUID().toString();
        Path file = directory.resolve(password + ".p12");
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=test",
                        "-validity",
                        "2",
                        "-ext",
                        "BasicConstraints:critical=ca:true",
                        "-ext",
                        "SubjectAlternativeName=dns:" + String.join(",dns:", names),
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        password)
                .redirectErrorStream(true)
                .start();
        String output = new String(tool.getInputStream().readAllBytes());
        if (!tool.waitFor(1, TimeUnit.MINUTES) || tool.exitValue() != 0) {
            throw new IllegalStateException("keytool failed: " + output);
        }
        KeyStore store = load(file, password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        String body = Base64.getMimeEncoder()
                .encodeToString(store.getCertificate("server").getEncoded());
        return new TestCertificate(context, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }

    private static KeyStore load(Path file, String password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(file)) {
            store.load(bytes, password.toCharArray());
        }
        return store;
    }
}
