package io.pgbackup.sftp;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ProviderConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Settings of a repository on an SFTP server, {@code sftp://user@host:port/path}. Immutable; each method returns new settings. Secrets are sources,
 * asked for each connection, and files are read anew for each connection.
 *
 * <pre>{@code
 * Sftp.privateKey(Path.of("/etc/backup/id_ed25519"))
 *         .passphrase(SecretSource.file(Path.of("/etc/backup/id_ed25519.pass")))
 * }</pre>
 *
 * <p>The server's key must stand in {@code ~/.ssh/known_hosts} unless said otherwise.
 */
public final class Sftp implements ProviderConfig {
    static final String SCHEME = "sftp";

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST_CHANNELS = 64;

    private final Login login;
    private final HostKeys hostKeys;
    private final Optional<String> user;
    private final Limits limits;
    private final Set<String> accepted;
    private final boolean renameAllowed;

    private Sftp(
            Login login,
            HostKeys hostKeys,
            Optional<String> user,
            Limits limits,
            Set<String> accepted,
            boolean renameAllowed) {
        this.login = login;
        this.hostKeys = hostKeys;
        this.user = user;
        this.limits = limits;
        this.accepted = accepted;
        this.renameAllowed = renameAllowed;
    }

    private record Limits(Duration connect, Duration response, Duration keepAlive, int channels) {
        static final Limits USUAL =
                new Limits(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(15), 4);
    }

    static Path usualKnownHosts() {
        return Path.of(System.getProperty("user.home", "."), ".ssh", "known_hosts");
    }

    private static Sftp with(Login login) {
        return new Sftp(login, new HostKeys.Known(usualKnownHosts()), Optional.empty(), Limits.USUAL, Set.of(), false);
    }

    /**
     * Logs in with a private key.
     *
     * @param file a key as {@code ssh-keygen} writes it (Ed25519, ECDSA or RSA), or PEM
     * @return settings
     */
    public static Sftp privateKey(Path file) {
        // The file's last line ends with a terminator that the format allows to be missing.
        return privateKey(SecretSource.file(file));
    }

    /**
     * Logs in with a private key.
     *
     * @param key content of a key file
     * @return settings
     */
    public static Sftp privateKey(SecretSource key) {
        return with(new Login.PrivateKey(Objects.requireNonNull(key, "key"), Optional.empty(), Optional.empty()));
    }

    /**
     * Logs in with a password, also where the server asks for it interactively.
     *
     * @param password of the account
     * @return settings
     */
    public static Sftp password(SecretSource password) {
        return with(new Login.Password(Objects.requireNonNull(password, "password")));
    }

    /**
     * Logs in with the keys of the SSH agent that the environment variable {@code SSH_AUTH_SOCK} names.
     *
     * @return settings
     */
    public static Sftp agent() {
        return with(new Login.Agent());
    }

    /**
     * The passphrase of the private key.
     *
     * @param passphrase asked for each connection
     * @return new settings
     * @throws IllegalStateException if the login is not by private key
     */
    public Sftp passphrase(SecretSource passphrase) {
        Login.PrivateKey key = requireKey("a passphrase");
        return login(new Login.PrivateKey(key.key(), Optional.of(passphrase), key.publicKey()));
    }

    /**
     * The public key or certificate that belongs to the private key. Hardly ever needed: a private key knows its public one.
     *
     * @param file as {@code ssh-keygen} writes it
     * @return new settings
     * @throws IllegalStateException if the login is not by private key
     */
    public Sftp publicKey(Path file) {
        Login.PrivateKey key = requireKey("a public key");
        return login(new Login.PrivateKey(key.key(), key.passphrase(), Optional.of(file)));
    }

    private Login.PrivateKey requireKey(String what) {
        if (login instanceof Login.PrivateKey key) {
            return key;
        }
        throw new IllegalStateException(what + " belongs to a login by private key");
    }

    private Sftp login(Login wanted) {
        return new Sftp(wanted, hostKeys, user, limits, accepted, renameAllowed);
    }

    /**
     * The account, where the location does not name it.
     *
     * @param name of the account
     * @return new settings
     */
    public Sftp user(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a user cannot be blank");
        }
        return new Sftp(login, hostKeys, Optional.of(name), limits, accepted, renameAllowed);
    }

    /**
     * Requires the server's key to stand in this file instead of {@code ~/.ssh/known_hosts}. Hashed names, patterns, {@code [host]:port} and
     * {@code @revoked} are understood. A file that does not exist knows no server.
     *
     * @param file in OpenSSH's format
     * @return new settings
     */
    public Sftp knownHosts(Path file) {
        return hostKeys(new HostKeys.Known(file));
    }

    /**
     * Like {@link #knownHosts(Path)}, but trusts a server that the file does not know, and adds its key to the file. A key that changed is refused.
     *
     * @param file in OpenSSH's format; made if it does not exist
     * @return new settings
     */
    public Sftp acceptNewHostKeys(Path file) {
        return hostKeys(new HostKeys.AcceptNew(file));
    }

    /**
     * Requires the server's key to have one of these fingerprints. No file is read.
     *
     * @param fingerprints SHA-256 as {@code ssh-keygen -l} prints it ({@code SHA256:…}), or as 64 hexadecimal digits
     * @return new settings
     * @throws IllegalArgumentException if there is none, or one is not a SHA-256 fingerprint
     */
    public Sftp pinnedHostKey(String... fingerprints) {
        if (fingerprints.length == 0) {
            throw new IllegalArgumentException("at least one fingerprint is needed");
        }
        return hostKeys(new HostKeys.Pinned(Set.of(fingerprints)));
    }

    /**
     * Does <b>not</b> check the server's key: whoever sits between here and the server can read and answer in its place. Every connection logs
     * a warning with the key's fingerprint, to be pinned instead.
     *
     * @return new settings
     */
    public Sftp withoutHostKeyCheck() {
        return hostKeys(new HostKeys.Unchecked());
    }

    private Sftp hostKeys(HostKeys wanted) {
        return new Sftp(login, wanted, user, limits, accepted, renameAllowed);
    }

    /**
     * How long each step of connecting and logging in may take; 30 seconds unless set.
     *
     * @param timeout from a millisecond to a day
     * @return new settings
     */
    public Sftp connectTimeout(Duration timeout) {
        return limits(new Limits(require(timeout), limits.response(), limits.keepAlive(), limits.channels()));
    }

    /**
     * How long the server may be silent while an answer is awaited; 60 seconds unless set. Then the connection is given up.
     *
     * @param timeout from a millisecond to a day
     * @return new settings
     */
    public Sftp responseTimeout(Duration timeout) {
        return limits(new Limits(limits.connect(), require(timeout), limits.keepAlive(), limits.channels()));
    }

    /**
     * How often an idle connection asks the server for a sign of life, so that nobody on the way forgets it; 15 seconds unless set. After the third one
     * without an answer the connection is given up; the next call makes a new one.
     *
     * @param interval from a millisecond to a day
     * @return new settings
     */
    public Sftp keepAlive(Duration interval) {
        return limits(new Limits(limits.connect(), limits.response(), require(interval), limits.channels()));
    }

    /**
     * How many channels one connection has at most; 4 unless set. More than the server allows ({@code MaxSessions}) does no harm.
     *
     * @param count from 1 to 64
     * @return new settings
     */
    public Sftp channels(int count) {
        if (count < 1 || count > MOST_CHANNELS) {
            throw new IllegalArgumentException("from 1 to " + MOST_CHANNELS + " channels are possible, not " + count);
        }
        return limits(new Limits(limits.connect(), limits.response(), limits.keepAlive(), count));
    }

    private static Duration require(Duration duration) {
        if (duration.toMillis() < 1 || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("a duration from a millisecond to a day is needed, not " + duration);
        }
        return duration;
    }

    private Sftp limits(Limits wanted) {
        return new Sftp(login, hostKeys, user, wanted, accepted, renameAllowed);
    }

    /**
     * Also accepts these algorithms, which are left out because they rest on SHA-1, MD5, DSS or CBC: for servers that cannot be renewed yet.
     *
     * @param algorithms in SSH's words, for example {@code ssh-rsa}
     * @return new settings
     * @throws IllegalArgumentException if a name is of no known kind
     */
    public Sftp alsoAccepting(String... algorithms) {
        Set<String> more = new LinkedHashSet<>(accepted);
        for (String algorithm : algorithms) {
            if (!Algorithms.isKnown(algorithm)) {
                throw new IllegalArgumentException("'" + algorithm + "' is not the name of an algorithm");
            }
            more.add(algorithm);
        }
        return new Sftp(login, hostKeys, user, limits, Set.copyOf(more), renameAllowed);
    }

    /**
     * Allows a server without hard links, where objects get their names by a rename. Such a server is refused even then if its rename was seen to
     * replace files. <b>Unsafe with more than one writer</b>: such a server may look and rename in two steps.
     *
     * @return new settings
     */
    public Sftp unsafeRename() {
        return new Sftp(login, hostKeys, user, limits, accepted, true);
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    Login login() {
        return login;
    }

    HostKeys hostKeys() {
        return hostKeys;
    }

    Optional<String> user() {
        return user;
    }

    Duration connectTimeout() {
        return limits.connect();
    }

    Duration responseTimeout() {
        return limits.response();
    }

    Duration keepAlive() {
        return limits.keepAlive();
    }

    int channels() {
        return limits.channels();
    }

    Set<String> accepted() {
        return accepted;
    }

    boolean isRenameAllowed() {
        return renameAllowed;
    }

    /** The settings without secrets. */
    @Override
    public String toString() {
        return "Sftp[" + login + ", " + hostKeys + ", "
                + user.map(name -> "user " + name + ", ").orElse("") + limits
                + (accepted.isEmpty() ? "" : ", also accepting " + accepted) + (renameAllowed ? ", unsafe rename" : "")
                + "]";
    }
}
