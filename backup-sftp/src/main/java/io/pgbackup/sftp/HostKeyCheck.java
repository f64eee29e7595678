package io.pgbackup.sftp;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.UserInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the key that a server shows during one connection, and remembers it for the message. Known keys are read by the library, which
 * understands hashed names, patterns, ports and revoked keys.
 */
final class HostKeyCheck implements HostKeyRepository {
    private static final Logger LOGGER = LoggerFactory.getLogger(HostKeyCheck.class);

    private final HostKeys rule;
    private final HostKeyRepository known;
    private String asked = "";
    private @Nullable OfferedKey offered;

    private HostKeyCheck(HostKeys rule, HostKeyRepository known) {
        this.rule = rule;
        this.known = known;
    }

    /** Reads what is known now. */
    static HostKeyCheck of(HostKeys rule, JSch ssh) throws IOException, JSchException {
        if (rule instanceof HostKeys.Known file) {
            ssh.setKnownHosts(new ByteArrayInputStream(content(file.file())));
        } else if (rule instanceof HostKeys.AcceptNew file) {
            ssh.setKnownHosts(new ByteArrayInputStream(content(file.file())));
        }
        return new HostKeyCheck(rule, ssh.getHostKeyRepository());
    }

    private static byte[] content(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            // Nothing is known: the server will be refused, or added.
            return new byte[0];
        }
    }

    /** What the server showed, for messages. */
    String shown() {
        return offered == null ? "no key" : offered.toString();
    }

    /** Whether the connection ended before the server showed a key. */
    boolean nothingShown() {
        return offered == null;
    }

    /** What the server is known by, for messages: in brackets, after a blank; empty if nothing is. */
    String expected() {
        List<String> keys = rule instanceof HostKeys.Pinned pins
                ? List.copyOf(pins.fingerprints())
                : Arrays.stream(getHostKey(asked, null))
                        .map(key -> OfferedKey.of(Base64.getDecoder().decode(key.getKey())))
                        .map(OfferedKey::toString)
                        .toList();
        return keys.isEmpty() ? "" : keys.stream().sorted().collect(Collectors.joining(", ", " (", ")"));
    }

    @Override
    public int check(String host, byte[] key) {
        OfferedKey shown = OfferedKey.of(key);
        asked = host;
        offered = shown;
        if (rule instanceof HostKeys.Pinned pins) {
            return pins.fingerprints().contains(shown.fingerprint()) ? OK : CHANGED;
        }
        if (rule instanceof HostKeys.Unchecked) {
            LOGGER.warn(
                    "the key of {} is NOT checked, as configured: {}. Anybody between here and the server can be the"
                            + " server; pin this fingerprint instead once it is confirmed",
                    host,
                    shown);
            return OK;
        }
        int verdict = known.check(host, key);
        if (verdict == NOT_INCLUDED && rule instanceof HostKeys.AcceptNew file && !knowsOtherKeys(host)) {
            return remember(file.file(), host, shown) ? OK : NOT_INCLUDED;
        }
        return verdict;
    }

    /** A key of another type is no reason to trust this one: the server is not new. */
    private boolean knowsOtherKeys(String host) {
        HostKey[] keys = known.getHostKey(host, null);
        return keys != null && keys.length > 0;
    }

    private static boolean remember(Path file, String host, OfferedKey key) {
        String line = host + " " + key.type() + " " + key.base64() + "\n";
        try {
            byte[] before = content(file);
            boolean unfinished = before.length > 0 && before[before.length - 1] != '\n';
            Files.write(
                    file,
                    ((unfinished ? "\n" : "") + line).getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            LOGGER.info("{} is new: its key {} was added to {}", host, key, file);
            return true;
        } catch (IOException e) {
            LOGGER.error("the key {} of {} cannot be added to {}", key, host, file, e);
            return false;
        }
    }

    @Override
    public void add(HostKey hostkey, @Nullable UserInfo asked) {
        // Never: keys are added by check alone.
    }

    @Override
    public void remove(String host, @Nullable String type) {
        // Never: a key that changed is a person's business.
    }

    @Override
    public void remove(String host, @Nullable String type, byte @Nullable [] key) {
        // Never: a key that changed is a person's business.
    }

    @Override
    public String getKnownHostsRepositoryID() {
        if (rule instanceof HostKeys.Known file) {
            return file.file().toString();
        }
        return rule instanceof HostKeys.AcceptNew file ? file.file().toString() : "settings";
    }

    @Override
    public HostKey[] getHostKey() {
        return own(known.getHostKey());
    }

    @Override
    public HostKey[] getHostKey(@Nullable String host, @Nullable String type) {
        return own(known.getHostKey(host, type));
    }

    private static HostKey[] own(HostKey @Nullable [] keys) {
        return keys == null ? new HostKey[0] : Arrays.copyOf(keys, keys.length);
    }
}
