package io.pgbackup.sftp;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchAlgoNegoFailException;
import com.jcraft.jsch.Session;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which algorithms are offered to a server: what the library offers by itself, less everything that rests on SHA-1, MD5, DSS, CBC or RC4, and the
 * fastest cipher first. Others only by name.
 */
final class Algorithms {
    private static final Map<String, Predicate<String>> KINDS = Map.of(
            "kex", name -> name.startsWith("diffie-hellman") || name.startsWith("ecdh") || name.startsWith("curve"),
            "server_host_key", name -> name.startsWith("ssh-"),
            "PubkeyAcceptedAlgorithms", name -> name.startsWith("ssh-"),
            "cipher.c2s", name -> isCipher(name),
            "cipher.s2c", name -> isCipher(name),
            "mac.c2s", name -> name.startsWith("hmac") || name.startsWith("umac"),
            "mac.s2c", name -> name.startsWith("hmac") || name.startsWith("umac"));

    private static final List<String> WEAK = List.of("sha1", "md5", "dss", "cbc", "arcfour", "3des", "none", "ripemd");
    private static final List<String> WEAK_NAMES = List.of("ssh-rsa", "ssh-rsa-cert-v01@openssh.com");

    private Algorithms() {}

    private static boolean isCipher(String name) {
        return name.contains("-c")
                || name.startsWith("arcfour")
                || name.startsWith("chacha20")
                || name.contains("-gcm");
    }

    static boolean isWeak(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return WEAK_NAMES.contains(lower) || WEAK.stream().anyMatch(lower::contains);
    }

    /** Whether this is the name of an algorithm of any kind that could be allowed. */
    static boolean isKnown(String name) {
        return KINDS.values().stream().anyMatch(kind -> kind.test(name));
    }

    /** Restricts a session that is not connected yet. */
    static void restrict(Session session, Collection<String> allowed) {
        KINDS.forEach((setting, kind) -> {
            Stream<String> strong = Arrays.stream(JSch.getConfig(setting).split(","))
                    .filter(name -> !isWeak(name))
                    .sorted(Comparator.comparing(name -> !name.contains("-gcm")));
            Stream<String> more = allowed.stream().filter(kind);
            session.setConfig(setting, Stream.concat(strong, more).distinct().collect(Collectors.joining(",")));
        });
    }

    /** What a failed negotiation should tell. */
    static String explain(JSchAlgoNegoFailException failure) {
        return "no common algorithm for " + failure.getAlgorithmName() + ": the server offered "
                + failure.getServerProposal() + ", allowed are " + failure.getJSchProposal()
                + ". Algorithms with SHA-1, DSS, MD5 or CBC are left out unless named by Sftp.alsoAccepting(...);"
                + " better give the server a modern key or version";
    }
}
