package io.pgbackup.azure.testkit;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobServiceClientBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * A running emulator of Azure Blob Storage on loopback, with objects in memory and an account of its own. Ended by {@link #close()}, or with
 * this process.
 */
public final class Azurite implements AutoCloseable {
    /** Name of the account. */
    public static final String ACCOUNT = "pgbackuptest";

    private static final Pattern LISTENING = Pattern.compile("successfully listens? on (https?://[^ ]+:[0-9]+)");

    private final Process process;
    private final String url;
    private final String key;

    private Azurite(Process process, String url, String key) {
        this.process = process;
        this.url = url;
        this.key = key;
    }

    /**
     * Starts one that speaks http and knows keys and signatures.
     *
     * @return a running emulator; the test is skipped if node or npm is missing, or fails if the environment says {@code CI=true}
     * @throws IOException if it does not start
     * @throws InterruptedException if the thread is interrupted
     */
    public static Azurite start() throws IOException, InterruptedException {
        return start(List.of());
    }

    /**
     * Starts one that speaks https and knows tokens too; it checks their claims, but neither signatures nor roles.
     *
     * @param certificate in PEM
     * @param privateKey in PEM
     * @return a running emulator, see {@link #start()}
     * @throws IOException if it does not start
     * @throws InterruptedException if the thread is interrupted
     */
    public static Azurite startWithTokens(Path certificate, Path privateKey) throws IOException, InterruptedException {
        return start(List.of("--oauth", "basic", "--cert", certificate.toString(), "--key", privateKey.toString()));
    }

    private static Azurite start(List<String> more) throws IOException, InterruptedException {
        Optional<Path> program = AzuriteInstallation.program();
        if (program.isEmpty()) {
            String reason = "node and npm are needed for the emulator of Azure Blob Storage";
            if ("true".equals(System.getenv("CI"))) {
                throw new IOException(reason);
            }
            Assumptions.abort(reason);
        }
        byte[] random = new byte[64];
        new SecureRandom().nextBytes(random);
        String key = Base64.getEncoder().encodeToString(random);
        List<String> command =
                new ArrayList<>(List.of("node", program.orElseThrow().toString()));
        command.addAll(List.of("--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence"));
        command.addAll(List.of("--disableTelemetry", "--silent", "--skipApiVersionCheck"));
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("AZURITE_ACCOUNTS", ACCOUNT + ":" + key);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new Azurite(process, listeningAt(process), key);
    }

    private static String listeningAt(Process process) throws IOException {
        StringBuilder said = new StringBuilder();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append('\n');
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.find()) {
                Thread drain = new Thread(() -> drain(lines), "azurite output");
                drain.setDaemon(true);
                drain.start();
                return matcher.group(1);
            }
        }
        throw new IOException("the emulator ended at its start:\n" + said);
    }

    /** A pipe that nobody reads would stop the emulator. */
    private static void drain(BufferedReader lines) {
        try (lines) {
            lines.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            // It ended.
        }
    }

    /**
     * The URL of the account.
     *
     * @return without a slash at the end
     */
    public String account() {
        return url + "/" + ACCOUNT;
    }

    /**
     * The key of the account, made for this emulator alone.
     *
     * @return in Base64
     */
    public String key() {
        return key;
    }

    /**
     * What a user would copy from the portal.
     *
     * @return a connection string with the key
     */
    public String connectionString() {
        return "DefaultEndpointsProtocol=http;AccountName=" + ACCOUNT + ";AccountKey=" + key + ";BlobEndpoint="
                + account() + ";";
    }

    /**
     * Makes a container.
     *
     * @param name of the container
     */
    public void createContainer(String name) {
        createContainer(name, new JdkHttpClientBuilder().build());
    }

    /**
     * Makes a container over https.
     *
     * @param name of the container
     * @param trusted what this emulator was started with
     */
    public void createContainer(String name, LoopbackCertificate trusted) {
        HttpClient.Builder client = HttpClient.newBuilder().sslContext(trusted.context());
        createContainer(name, new JdkHttpClientBuilder(client).build());
    }

    private void createContainer(String name, com.azure.core.http.HttpClient client) {
        new BlobServiceClientBuilder()
                .connectionString(connectionString())
                .httpClient(client)
                .buildClient()
                .createBlobContainer(name);
    }

    /**
     * A repository's location in a container.
     *
     * @param container its name
     * @param path within it; may be empty
     * @return a location
     */
    public String location(String container, String path) {
        return "azure:" + account() + "/" + container + (path.isEmpty() ? "" : "/" + path);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
