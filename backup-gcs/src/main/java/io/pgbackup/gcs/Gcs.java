package io.pgbackup.gcs;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ProviderConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Settings for a repository in Google Cloud Storage, {@code gs://bucket/path}. Each begins with a way to authenticate; the rest has defaults. Immutable;
 * holds sources of secrets, never secrets. Without settings the repository authenticates as {@link #applicationDefault()}.
 */
public final class Gcs implements ProviderConfig {
    /** Names of the documentation, and those to come. */
    private static final Pattern STORAGE_CLASS = Pattern.compile("[A-Z][A-Z_]{2,40}");

    private static final Pattern KMS_KEY = Pattern.compile(
            "projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+(/cryptoKeyVersions/[0-9]+)?");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9._-]+(:[0-9]{1,5})?|\\[[0-9A-Fa-f:]+](:[0-9]{1,5})?");

    private final Authentication authentication;
    private final Connection connection;
    private final ObjectOptions objects;
    private final Optional<Instant> past;

    private Gcs(Authentication authentication, Connection connection, ObjectOptions objects, Optional<Instant> past) {
        this.authentication = authentication;
        this.connection = connection;
        this.objects = objects;
        this.past = past;
    }

    private static Gcs of(Authentication authentication) {
        return new Gcs(authentication, Connection.standard(), ObjectOptions.standard(), Optional.empty());
    }

    /**
     * Authenticates by the metadata server: the service account of a virtual machine, or workload identity in Kubernetes. No secret is kept anywhere.
     *
     * @return settings
     */
    public static Gcs metadataServer() {
        return of(new Authentication.MetadataServer());
    }

    /**
     * Authenticates by the key of a service account. The key stays in memory and is asked for again at each renewal of the token, so it may be rotated.
     *
     * @param json the whole key file, as downloaded
     * @return settings
     */
    public static Gcs serviceAccount(SecretSource json) {
        return of(new Authentication.ServiceAccount(Objects.requireNonNull(json, "json")));
    }

    /**
     * Authenticates by workload identity federation: a token of another identity provider is exchanged for one of Google. The configuration says where that
     * token comes from (a file, a URL, AWS, a program) and where it is sent: take it only from a place that you trust.
     *
     * @param json the configuration of type {@code external_account}
     * @return settings
     */
    public static Gcs externalAccount(SecretSource json) {
        return of(new Authentication.ExternalAccount(Objects.requireNonNull(json, "json")));
    }

    /**
     * Authenticates by tokens made elsewhere. A token with an expiry is used until shortly before it; one without is asked for at each request.
     *
     * @param token gives an OAuth 2 access token
     * @return settings
     */
    public static Gcs accessToken(SecretSource token) {
        return of(new Authentication.AccessToken(Objects.requireNonNull(token, "token")));
    }

    /**
     * Authenticates as Google's own tools do: by the file that the environment variable {@code GOOGLE_APPLICATION_CREDENTIALS} names, the file of the
     * {@code gcloud} program, or the metadata server. What was found is logged. A service should name its way instead.
     *
     * @return settings
     */
    public static Gcs applicationDefault() {
        return of(new Authentication.ApplicationDefault());
    }

    /**
     * Sends no credentials: for emulators.
     *
     * @return settings
     */
    public static Gcs anonymous() {
        return of(new Authentication.Anonymous());
    }

    /**
     * With another endpoint than {@code https://storage.googleapis.com}: a private or regional one.
     *
     * @param https base URL, without a path
     * @return new settings
     * @throws IllegalArgumentException if it is no such URL
     */
    public Gcs endpoint(URI https) {
        return at(https, "https", "https: plainHttpEndpoint() allows the other");
    }

    /**
     * With an endpoint that is spoken to without encryption: for emulators. Tokens are sent readable for everybody on the way.
     *
     * @param http base URL, without a path
     * @return new settings
     * @throws IllegalArgumentException if it is no such URL
     */
    public Gcs plainHttpEndpoint(URI http) {
        return at(http, "http", "http: endpoint() takes the other");
    }

    private Gcs at(URI endpoint, String scheme, String wanted) {
        if (endpoint.getScheme() == null
                || !endpoint.getScheme().toLowerCase(Locale.ROOT).equals(scheme)) {
            throw new IllegalArgumentException("the endpoint does not begin with " + wanted);
        }
        boolean base = endpoint.getHost() != null
                && endpoint.getRawUserInfo() == null
                && endpoint.getRawQuery() == null
                && endpoint.getRawFragment() == null
                && (endpoint.getRawPath().isEmpty() || endpoint.getRawPath().equals("/"));
        if (!base) {
            throw new IllegalArgumentException("an endpoint is a scheme, a host and perhaps a port, nothing else");
        }
        String port = endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort();
        return with(connection.withEndpoint(URI.create(scheme + "://" + endpoint.getHost() + port + "/")));
    }

    /**
     * With certificate authorities of one's own instead of Java's for the store; for token services in addition to Java's. The file is read at each new
     * connection, so it may be replaced.
     *
     * @param pem file of one or more certificates in PEM form
     * @return new settings
     */
    public Gcs certificateAuthorities(Path pem) {
        return with(connection.withCertificateAuthorities(pem));
    }

    /**
     * Through an HTTP proxy, but for the metadata server. Without this Java's own proxy settings hold.
     *
     * @param host name or address
     * @param port from 1 to 65535
     * @return new settings
     */
    public Gcs proxy(String host, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "the port of the proxy is " + port + ", it must lie between 1 and 65535");
        }
        return with(connection.withProxy(InetSocketAddress.createUnresolved(requireText("host", host), port)));
    }

    /**
     * With a metadata server at another place than {@code metadata.google.internal}.
     *
     * @param host host or host:port
     * @return new settings
     */
    public Gcs metadataHost(String host) {
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("'" + host + "' is not a host or host:port");
        }
        return with(connection.withMetadataHost(host));
    }

    /**
     * With other bounds of time than 20 and 60 seconds.
     *
     * @param connect longest time to connect
     * @param answer longest time without a byte from the store
     * @return new settings
     */
    public Gcs timeouts(Duration connect, Duration answer) {
        return with(connection.withTimeouts(requireTimeout("connect", connect), requireTimeout("answer", answer)));
    }

    private static Duration requireTimeout(String name, Duration value) {
        if (value.toMillis() < 1 || value.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "the timeout '" + name + "' is " + value + ", it must lie between 1 ms and 24 days");
        }
        return value;
    }

    /**
     * With a project that pays, for buckets whose requester pays.
     *
     * @param project its id
     * @return new settings
     */
    public Gcs userProject(String project) {
        return with(connection.withUserProject(requireText("project", project)));
    }

    /**
     * With a storage class for one kind of objects instead of the bucket's. The cold classes bill a shortest time of storage and each reading; control
     * objects and keys are read often.
     *
     * @param kind which objects
     * @param name for example {@code STANDARD}, {@code NEARLINE}, {@code COLDLINE}, {@code ARCHIVE}
     * @return new settings
     */
    public Gcs storageClass(ObjectKind kind, String name) {
        if (!STORAGE_CLASS.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a storage class such as STANDARD or NEARLINE");
        }
        return with(objects.withStorageClass(kind, name));
    }

    /**
     * Encrypted by the store with a key in Cloud KMS.
     *
     * @param name {@code projects/P/locations/L/keyRings/R/cryptoKeys/K}
     * @return new settings
     * @throws IllegalArgumentException if it has another form, or there is a customer's key already
     */
    public Gcs kmsKey(String name) {
        if (!KMS_KEY.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' does not have the form projects/P/locations/L/keyRings/R/cryptoKeys/K");
        }
        requireNo(ObjectOptions.CustomerKey.class);
        return with(objects.withEncryption(new ObjectOptions.KmsKey(name)));
    }

    /**
     * Encrypted by the store with a key that goes along with each request and that the store does not keep. Who loses it has lost the objects.
     *
     * @param key gives 32 bytes, asked at each request
     * @return new settings
     * @throws IllegalArgumentException if there is a key in Cloud KMS already
     */
    public Gcs customerKey(SecretSource key) {
        requireNo(ObjectOptions.KmsKey.class);
        return with(objects.withEncryption(new ObjectOptions.CustomerKey(Objects.requireNonNull(key, "key"))));
    }

    private void requireNo(Class<? extends ObjectOptions.Encryption> other) {
        if (other.isInstance(objects.encryption())) {
            throw new IllegalArgumentException("kmsKey and customerKey exclude each other");
        }
    }

    /**
     * With event-based holds instead of temporary ones where a legal hold is asked for: lifting one starts the retention time of the bucket anew.
     *
     * @return new settings
     */
    public Gcs eventBasedHolds() {
        return with(objects.withEventBasedHolds());
    }

    /**
     * The repository as it was at a time, whatever was deleted or overwritten since: for a bucket with object versioning. It can be read, listed, verified and restored
     * from; nothing can be written.
     *
     * @param time not in the future
     * @return new settings
     */
    public Gcs asOf(Instant time) {
        return new Gcs(authentication, connection, objects, Optional.of(time));
    }

    private static String requireText(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " is blank");
        }
        return value;
    }

    private Gcs with(Connection changed) {
        return new Gcs(authentication, changed, objects, past);
    }

    private Gcs with(ObjectOptions changed) {
        return new Gcs(authentication, connection, changed, past);
    }

    Authentication authentication() {
        return authentication;
    }

    Connection connection() {
        return connection;
    }

    Optional<Instant> past() {
        return past;
    }

    ObjectOptions objects() {
        return objects;
    }

    @Override
    public String scheme() {
        return GcsStorageProvider.SCHEME;
    }

    /** The settings without secrets. */
    @Override
    public String toString() {
        return "Gcs[" + authentication + ", " + connection + ", " + objects
                + past.map(time -> ", as of " + time).orElse("") + "]";
    }
}
