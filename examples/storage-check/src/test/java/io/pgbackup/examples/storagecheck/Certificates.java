package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority that exists for one run, and what it signs; made with the {@code keytool} of this JDK. */
final class Certificates {
    private final Path directory;
    private final String password = UUID.randomUUID().toString();

    Certificates(Path directory) throws Exception {
        this.directory = directory;
        keytool("ca", "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c=ca:true");
        keytool(
                "ca",
                "-exportcert",
                "-rfc",
                "-alias",
                "ca",
                "-file",
                authority().toString());
    }

    /** What a client must trust. */
    Path authority() {
        return directory.resolve("authority.pem");
    }

    /** A server's certificate for some name and time. */
    SSLContext server(String name, String subject, String start, int days) throws Exception {
        keytool(name, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=server");
        String request = directory.resolve(name + ".csr").toString();
        String signed = directory.resolve(name + ".pem").toString();
        keytool(name, "-certreq", "-alias", "server", "-file", request);
        keytool(
                "ca",
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-infile",
                request,
                "-outfile",
                signed,
                "-ext",
                "san=" + subject,
                "-startdate",
                start,
                "-validity",
                Integer.toString(days));
        keytool(
                name,
                "-importcert",
                "-noprompt",
                "-alias",
                "ca",
                "-file",
                authority().toString());
        keytool(name, "-importcert", "-noprompt", "-alias", "server", "-file", signed);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(directory.resolve(name + ".p12"))) {
            store.load(stream, password.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void keytool(String store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-storetype",
                "PKCS12",
                "-keystore",
                directory.resolve(store + ".p12").toString(),
                "-storepass",
                password));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
