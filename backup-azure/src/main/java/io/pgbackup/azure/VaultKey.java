package io.pgbackup.azure;

import io.pgbackup.Secret;
import io.pgbackup.azure.VaultRequests.Answer;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.WrappedKey;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key in a vault. Wraps with the newest version, and unwraps with the one that wrapped. Of the name that a slot keeps only the version is used: vault and key are those that were
 * configured.
 *
 * @param vault its URL
 * @param name of the key
 * @param algorithm of new slots
 * @param requests to the vault
 */
record VaultKey(String vault, String name, Algorithm algorithm, VaultRequests requests) implements KeyWrapper {
    static final String SERVICE = "azure-key-vault";

    private static final Pattern IDENTIFIER =
            Pattern.compile("https://([^/]+)/keys/([A-Za-z0-9-]+)/([A-Za-z0-9]{1,64})");

    /** How a vault wraps. The code is stored. */
    enum Algorithm {
        RSA(1, "RSA-OAEP-256"),
        AES(2, "A256KW");

        private final int code;
        private final String name;

        Algorithm(int code, String name) {
            this.code = code;
            this.name = name;
        }
    }

    @Override
    public String service() {
        return SERVICE;
    }

    @Override
    public String key() {
        return vault.replaceAll("/$", "") + "/keys/" + name;
    }

    @Override
    public WrappedKey wrap(Secret secret, KeyBinding binding) throws KeyServiceException {
        String path = name + "/wrapkey";
        Answer answer = requests.post(path, secret.use(bytes -> body(algorithm, bytes)));
        if (!answer.isSuccess()) {
            throw new VaultErrors(path, vault).refusal(answer);
        }
        String identifier = text(answer, "kid", path);
        if (!IDENTIFIER.matcher(identifier).matches()) {
            throw new VaultErrors(path, vault).failure(Reason.FAULT, "it does not say which version wrapped");
        }
        byte[] value = value(answer, path);
        return WrappedKey.of(
                identifier,
                ByteBuffer.allocate(1 + value.length)
                        .put((byte) algorithm.code)
                        .put(value)
                        .array());
    }

    @Override
    public Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException {
        Matcher identifier = IDENTIFIER.matcher(wrapped.wrappedBy());
        byte[] bytes = wrapped.bytes();
        Optional<Algorithm> used = Arrays.stream(Algorithm.values())
                .filter(known -> known.code == bytes[0])
                .findFirst();
        if (!identifier.matches() || !identifier.group(2).equals(name) || used.isEmpty() || bytes.length == 1) {
            return Optional.empty();
        }
        String path = name + "/" + identifier.group(3) + "/unwrapkey";
        Answer answer = requests.post(path, body(used.get(), Arrays.copyOfRange(bytes, 1, bytes.length)));
        if (answer.isSuccess()) {
            byte[] plain = value(answer, path);
            Secret secret = Secret.of(plain);
            Arrays.fill(plain, (byte) 0);
            return Optional.of(secret);
        }
        // A key of the same name in another vault is another key; unless it was brought here, versions and all.
        boolean elsewhere =
                !identifier.group(1).equalsIgnoreCase(URI.create(vault).getAuthority());
        if (VaultErrors.isNotOurs(answer) || (elsewhere && VaultErrors.isGone(answer))) {
            return Optional.empty();
        }
        throw new VaultErrors(path, vault).refusal(answer);
    }

    private static String body(Algorithm algorithm, byte[] value) {
        return "{\"alg\":\"" + algorithm.name + "\",\"value\":\""
                + Base64.getUrlEncoder().withoutPadding().encodeToString(value) + "\"}";
    }

    private String text(Answer answer, String field, String path) throws KeyServiceException {
        return answer.text(answer.body(), field)
                .orElseThrow(() -> new VaultErrors(path, vault)
                        .failure(Reason.UNAVAILABLE, "the answer is none of a vault's: it lacks " + field));
    }

    private byte[] value(Answer answer, String path) throws KeyServiceException {
        try {
            return Base64.getUrlDecoder().decode(text(answer, "value", path));
        } catch (IllegalArgumentException e) {
            throw new VaultErrors(path, vault).failure(Reason.UNAVAILABLE, "the answer is none of a vault's");
        }
    }

    /** Vault and key, without secrets. */
    @Override
    public String toString() {
        return "VaultKey[" + key() + "]";
    }
}
