package io.pgbackup.s3.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * s3proxy with objects in its memory, in a JVM of its own on a free port of the loopback interface. It checks signatures, checksums and conditions, and knows
 * neither versions, locks nor tags. Its class path is made by the build: the file that the system property {@code s3proxy.classpath} names.
 */
public final class S3ProxyServer implements AutoCloseable {
    private static final Pattern STARTED = Pattern.compile(".*Started .*\\{127\\.0\\.0\\.1:(\\d+)}.*");
    private static final int REMEMBERED_LINES = 50;
    private static final long START_SECONDS = 60;
    private static final long END_SECONDS = 20;

    private final Process process;
    private final Path directory;
    private final URI endpoint;
    private final String accessKey;
    private final String secretKey;

    private S3ProxyServer(Process process, Path directory, URI endpoint, String accessKey, String secretKey) {
        this.process = process;
        this.directory = directory;
        this.endpoint = endpoint;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /**
     * Starts a server with keys made for it.
     *
     * @return the server; the caller closes it
     * @throws IOException if it does not start
     */
    public static S3ProxyServer start() throws IOException {
        Path directory = Files.createTempDirectory("s3proxy");
        String accessKey = UUID.randomUUID().toString();
        String secretKey = UUID.randomUUID().toString();
        Map<String, String> properties = new TreeMap<>(Map.of(
                "s3proxy.endpoint", "http://127.0.0.1:0",
                "s3proxy.authorization", "aws-v2-or-v4",
                "s3proxy.identity", accessKey,
                "s3proxy.credential", secretKey,
                "s3proxy.v4-max-non-chunked-request-size", "268435456",
                "s3proxy.ignore-unknown-headers", "true",
                "jclouds.provider", "transient-nio2",
                "jclouds.identity", "none",
                "jclouds.credential", "none"));
        Path file = directory.resolve("s3proxy.properties");
        Files.write(
                file,
                properties.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
        // With its own configuration it logs every request at length.
        Path logging = Files.writeString(
                directory.resolve("logback.xml"),
                "<configuration><appender name='A' class='ch.qos.logback.core.ConsoleAppender'><encoder><pattern>%msg%n</pattern></encoder>"
                        + "</appender><root level='WARN'><appender-ref ref='A'/></root><logger name='org.gaul.shaded.org.eclipse.jetty.server.AbstractConnector' level='INFO'/>"
                        + "</configuration>");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dlogback.configurationFile=" + logging,
                        "-cp",
                        Files.readString(Path.of(System.getProperty("s3proxy.classpath"))),
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        URI endpoint = URI.create("http://127.0.0.1:" + port(process));
        return new S3ProxyServer(process, directory, endpoint, accessKey, secretKey);
    }

    /**
     * Starts a server that has a bucket.
     *
     * @param bucket its name
     * @return the server; the caller closes it
     * @throws IOException if it does not start
     */
    public static S3ProxyServer withBucket(String bucket) throws IOException {
        S3ProxyServer server = start();
        try (SdkHttpClient http = Apache5HttpClient.create();
                S3Client client = S3Client.builder()
                        .httpClient(http)
                        .endpointOverride(server.endpoint)
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .credentialsProvider(StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(server.accessKey, server.secretKey)))
                        .build()) {
            client.createBucket(request -> request.bucket(bucket));
            return server;
        } catch (SdkException e) {
            server.close();
            throw new IOException("cannot make the bucket " + bucket, e);
        }
    }

    private static String port(Process process) throws IOException {
        Deque<String> lines = new ArrayDeque<>();
        BufferedReader output = process.inputReader();
        AtomicBoolean listening = new AtomicBoolean();
        CompletableFuture.delayedExecutor(START_SECONDS, TimeUnit.SECONDS).execute(() -> {
            if (!listening.get()) {
                process.destroyForcibly();
            }
        });
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher started = STARTED.matcher(line);
            if (started.matches()) {
                listening.set(true);
                drain(output);
                return started.group(1);
            }
            lines.add(line);
            if (lines.size() > REMEMBERED_LINES) {
                lines.remove();
            }
        }
        throw new IOException("s3proxy did not start: " + String.join("\n", lines));
    }

    private static void drain(BufferedReader output) {
        Thread thread = new Thread(() -> output.lines().forEach(line -> {}), "s3proxy-output");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Where the server is.
     *
     * @return {@code http://127.0.0.1:port}
     */
    public URI endpoint() {
        return endpoint;
    }

    /**
     * The id of the only key.
     *
     * @return an id
     */
    public String accessKey() {
        return accessKey;
    }

    /**
     * The secret of the only key.
     *
     * @return a secret
     */
    public String secretKey() {
        return secretKey;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (String name : List.of("s3proxy.properties", "logback.xml")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }
}
