package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ProviderConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Settings of a repository in S3 or a compatible store. Begin with one method of authentication, add what differs from the defaults:
 *
 * <pre>{@code
 * Repository.at("s3://backups/billing?region=eu-central-1").with(S3.ambient())
 * Repository.at("s3://backups/billing")
 *         .with(S3.accessKey("key", SecretSource.file(path)).endpoint(URI.create("https://minio.example:9000")))
 * }</pre>
 *
 * <p>Holds sources of secrets, never secrets. Immutable.
 */
public final class S3 implements ProviderConfig {
    static final String SCHEME = "s3";

    private final S3Credentials credentials;
    private final S3Connection connection;
    private final S3ObjectOptions objects;
    private final Optional<Instant> past;

    private S3(S3Credentials credentials, S3Connection connection, S3ObjectOptions objects, Optional<Instant> past) {
        this.credentials = credentials;
        this.connection = connection;
        this.objects = objects;
        this.past = past;
    }

    static S3 with(S3Credentials credentials) {
        return new S3(credentials, S3Connection.DEFAULT, S3ObjectOptions.DEFAULT, Optional.empty());
    }

    /**
     * Amazon's default chain: system properties, environment, web identity, shared configuration files, container, instance. Reads the environment; so
     * does the region, unless it is set.
     *
     * @return settings
     */
    public static S3 ambient() {
        return with(new S3Credentials.DefaultChain());
    }

    /**
     * An access key.
     *
     * @param id of the key
     * @param secret its secret, asked for at each request
     * @return settings
     */
    public static S3 accessKey(String id, SecretSource secret) {
        return accessKey(SecretSource.value(id.toCharArray()), secret);
    }

    /**
     * An access key whose id is kept with its secret.
     *
     * @param id of the key, asked for at each request
     * @param secret its secret, asked for at each request
     * @return settings
     */
    public static S3 accessKey(SecretSource id, SecretSource secret) {
        return with(new S3Credentials.Key(id, secret, Optional.empty()));
    }

    /**
     * A temporary access key. Whoever renews it replaces all three sources' values.
     *
     * @param id of the key, asked for at each request
     * @param secret its secret, asked for at each request
     * @param sessionToken its token, asked for at each request
     * @return settings
     */
    public static S3 temporaryKey(SecretSource id, SecretSource secret, SecretSource sessionToken) {
        return with(new S3Credentials.Key(id, secret, Optional.of(sessionToken)));
    }

    /**
     * A role in exchange for the token that a cluster leaves in a file (IRSA). The file is read at each exchange; the credentials are renewed before they
     * expire.
     *
     * @param roleArn the role
     * @param tokenFile the token
     * @return settings
     */
    public static S3 webIdentity(String roleArn, Path tokenFile) {
        return with(new S3Credentials.WebIdentity(Optional.of(roleArn), Optional.of(tokenFile)));
    }

    /**
     * As {@link #webIdentity(String, Path)}, with role and file from {@code AWS_ROLE_ARN} and {@code AWS_WEB_IDENTITY_TOKEN_FILE}.
     *
     * @return settings
     */
    public static S3 webIdentityFromEnvironment() {
        return with(new S3Credentials.WebIdentity(Optional.empty(), Optional.empty()));
    }

    /**
     * The credentials that the agent of a pod or container task hands out, found by {@code AWS_CONTAINER_CREDENTIALS_FULL_URI} or
     * {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}.
     *
     * @return settings
     */
    public static S3 podIdentityFromEnvironment() {
        return with(new S3Credentials.Container());
    }

    /**
     * The role of the virtual machine, asked of its metadata service in version 2 only.
     *
     * @return settings
     */
    public static S3 instanceProfile() {
        return with(new S3Credentials.Instance());
    }

    /**
     * A profile of the shared configuration files, read again when they change.
     *
     * @param name of the profile
     * @return settings
     */
    public static S3 profile(String name) {
        return with(new S3Credentials.Profile(name));
    }

    /**
     * A program that prints credentials as JSON, in the form of the {@code credential_process} of the shared configuration files. Run again before they
     * expire.
     *
     * @param command program and arguments
     * @return settings
     */
    public static S3 credentialProcess(List<String> command) {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a credential process has at least a program");
        }
        return with(new S3Credentials.Program(command));
    }

    /**
     * No credentials, for stores that ask for none.
     *
     * @return settings
     */
    public static S3 anonymous() {
        return with(new S3Credentials.Anonymous());
    }

    /**
     * A role in exchange for the credentials so far; renewed before they expire.
     *
     * @param roleArn the role
     * @return new settings
     */
    public S3 assumingRole(String roleArn) {
        return new S3(new S3Credentials.Role(credentials, roleArn, Optional.empty()), connection, objects, past);
    }

    /**
     * A role of somebody else, in exchange for the credentials so far.
     *
     * @param roleArn the role
     * @param externalId what its owner wants to be told
     * @return new settings
     */
    public S3 assumingRole(String roleArn, String externalId) {
        return new S3(new S3Credentials.Role(credentials, roleArn, Optional.of(externalId)), connection, objects, past);
    }

    /**
     * The region of the bucket. Default: the location's {@code region} parameter, then the environment for the methods that read it, then
     * {@code us-east-1} if there is an endpoint.
     *
     * @param name for example {@code eu-central-1}
     * @return new settings
     */
    public S3 region(String name) {
        return withConnection(connection.withRegion(name));
    }

    /**
     * The endpoint of a store that is not Amazon's.
     *
     * @param uri {@code https://host:port}; {@code http} only together with {@link #allowPlainHttp()}
     * @return new settings
     */
    public S3 endpoint(URI uri) {
        return withConnection(connection.withEndpoint(uri));
    }

    /**
     * The endpoint of the token service for roles. Default: Amazon's in the region.
     *
     * @param uri {@code https://host:port}
     * @return new settings
     */
    public S3 stsEndpoint(URI uri) {
        return withConnection(connection.withStsEndpoint(uri));
    }

    /**
     * Where requests name the bucket.
     *
     * @param wanted in the host or in the path
     * @return new settings
     */
    public S3 addressing(S3Addressing wanted) {
        return withConnection(connection.withAddressing(wanted));
    }

    /**
     * Certificates that are trusted for this store, instead of the JVM's. Read again at each handshake.
     *
     * @param pemFile one or more certificates
     * @return new settings
     */
    public S3 certificateAuthority(Path pemFile) {
        return withConnection(connection.withAuthority(pemFile));
    }

    /**
     * A proxy. Without it requests go straight to the store, whatever the environment says.
     *
     * @param address {@code http://host:port}
     * @return new settings
     */
    public S3 proxy(URI address) {
        return withConnection(
                connection.withProxy(new S3Connection.Proxy(Optional.of(address), Optional.empty(), Optional.empty())));
    }

    /**
     * A proxy that wants a password, which is read once for each opened repository.
     *
     * @param address {@code http://host:port}
     * @param user who the proxy is told
     * @param password of that user
     * @return new settings
     */
    public S3 proxy(URI address, String user, SecretSource password) {
        return withConnection(connection.withProxy(
                new S3Connection.Proxy(Optional.of(address), Optional.of(user), Optional.of(password))));
    }

    /**
     * The proxy that {@code HTTPS_PROXY}, {@code NO_PROXY} or the JVM's system properties name.
     *
     * @return new settings
     */
    public S3 proxyFromEnvironment() {
        return withConnection(
                connection.withProxy(new S3Connection.Proxy(Optional.empty(), Optional.empty(), Optional.empty())));
    }

    /**
     * Allows requests without TLS, for endpoints that begin with {@code http:}. Everybody on the way can then see names and metadata, and session tokens.
     *
     * @return new settings
     */
    public S3 allowPlainHttp() {
        return withConnection(connection.withPlainHttp());
    }

    /**
     * How long connecting, and each silence of the store afterwards, may last.
     *
     * @param longest positive; 60 seconds unless set
     * @return new settings
     */
    public S3 timeout(Duration longest) {
        return withConnection(connection.withTimeout(longest));
    }

    /**
     * Protection against damage on the way. Default: {@code AWS_REQUEST_CHECKSUM_CALCULATION} if that is set, otherwise {@link S3Checksums#WHEN_SUPPORTED}
     * for Amazon and {@link S3Checksums#WHEN_REQUIRED} for other endpoints.
     *
     * @param wanted when trailers are used
     * @return new settings
     */
    public S3 checksums(S3Checksums wanted) {
        return withObjects(objects.withChecksums(wanted));
    }

    /**
     * The storage class of a kind of objects. Classes that must be thawed before reading are no good for anything but bundles and WAL, and make restores wait.
     *
     * @param kind of objects
     * @param name for example {@code STANDARD_IA}
     * @return new settings
     */
    public S3 storageClass(ObjectKind kind, String name) {
        return withObjects(objects.withStorageClass(Objects.requireNonNull(kind, "kind"), name));
    }

    /**
     * Encryption done by the store. Default: whatever the bucket does by itself.
     *
     * @param wanted which one
     * @return new settings
     */
    public S3 encryptedByStore(S3Encryption wanted) {
        return withObjects(objects.withEncryption(wanted));
    }

    /**
     * A tag for every object. Needs the permission to tag.
     *
     * @param name of the tag
     * @param value of the tag
     * @return new settings
     */
    public S3 tag(String name, String value) {
        return withObjects(objects.withTag(name, value));
    }

    /**
     * The repository as it was at a time, whatever was deleted or overwritten since: for a bucket with versions. It can be read, listed, verified and restored from;
     * nothing can be written. What changed within the second of the time has not happened yet.
     *
     * @param time not in the future
     * @return new settings
     */
    public S3 asOf(Instant time) {
        return new S3(credentials, connection, objects, Optional.of(time));
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    S3Credentials credentials() {
        return credentials;
    }

    S3Connection connection() {
        return connection;
    }

    S3ObjectOptions objects() {
        return objects;
    }

    Optional<Instant> past() {
        return past;
    }

    S3 withConnection(S3Connection wanted) {
        return new S3(credentials, wanted, objects, past);
    }

    private S3 withObjects(S3ObjectOptions wanted) {
        return new S3(credentials, connection, wanted, past);
    }

    /** The settings, without any secret. */
    @Override
    public String toString() {
        return "S3[" + credentials + ", " + connection + ", " + objects
                + past.map(time -> ", as of " + time).orElse("") + "]";
    }
}
