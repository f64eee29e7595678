package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.SecretResolver;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads {@link S3} from text; the README of this module documents every key. */
final class S3Settings {
    /** Methods by the key that each of them needs and no other has. */
    private static final Map<String, String> METHOD_OF_KEY = Map.of(
            "access-key-id", "access-key",
            "access-key-id-secret", "access-key",
            "secret-access-key", "access-key",
            "session-token", "access-key",
            "role-arn", "web-identity",
            "token-file", "web-identity",
            "profile", "profile",
            "credential-process", "credential-process");

    /** Of what every service of Amazon's needs. */
    static final List<String> CLIENT_KEYS = List.of(
            "authentication",
            "access-key-id",
            "access-key-id-secret",
            "secret-access-key",
            "session-token",
            "role-arn",
            "token-file",
            "profile",
            "credential-process",
            "assume-role-arn",
            "external-id",
            "region",
            "sts-endpoint",
            "certificate-authority",
            "proxy",
            "proxy-user",
            "proxy-password",
            "proxy-from-environment",
            "allow-plain-http",
            "timeout-seconds");

    private static final List<String> STORE_KEYS = List.of(
            "endpoint",
            "addressing",
            "as-of",
            "checksums",
            "encryption",
            "kms-key-id",
            "customer-key",
            "storage-class.bundle",
            "storage-class.wal",
            "storage-class.manifest",
            "storage-class.control",
            "storage-class.key",
            "tag.name");

    private S3Settings() {}

    static S3 read(Map<String, String> properties, SecretResolver secrets) {
        TextSettings text = new TextSettings(properties, secrets);
        S3 settings = objects(store(client(text), text), text);
        text.requireNothingLeft(
                Stream.concat(CLIENT_KEYS.stream(), STORE_KEYS.stream()).toList());
        return settings;
    }

    /** Who asks, and how the way there is: what every service of Amazon's needs. */
    static S3 client(TextSettings text) {
        return connection(role(method(text), text), text);
    }

    private static S3 method(TextSettings text) {
        List<String> implied = METHOD_OF_KEY.entrySet().stream()
                .filter(entry -> text.has(entry.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .sorted()
                .toList();
        String method = text.take("authentication").orElse(implied.isEmpty() ? "ambient" : implied.get(0));
        if (implied.stream().anyMatch(other -> !other.equals(method))) {
            throw new IllegalArgumentException("there is more than one method of authentication: " + method
                    + ", and settings of " + String.join(" and ", implied));
        }
        return switch (method) {
            case "ambient" -> S3.ambient();
            case "access-key" -> accessKey(text);
            case "web-identity" -> webIdentity(text);
            case "pod-identity" -> S3.podIdentityFromEnvironment();
            case "instance-profile" -> S3.instanceProfile();
            case "profile" -> S3.profile(text.require("profile"));
            case "credential-process" ->
                S3.credentialProcess(
                        List.of(text.require("credential-process").trim().split("\\s+")));
            case "anonymous" -> S3.anonymous();
            default ->
                throw new IllegalArgumentException("authentication is ambient, access-key, web-identity,"
                        + " pod-identity, instance-profile, profile, credential-process or anonymous, not '" + method
                        + "'");
        };
    }

    private static S3 accessKey(TextSettings text) {
        Optional<SecretSource> secretId = text.takeSecret("access-key-id-secret");
        Optional<SecretSource> plainId = text.take("access-key-id").map(id -> SecretSource.value(id.toCharArray()));
        if (secretId.isPresent() && plainId.isPresent()) {
            throw new IllegalArgumentException("access-key-id and access-key-id-secret exclude each other");
        }
        SecretSource id = secretId.or(() -> plainId)
                .orElseThrow(() -> new IllegalArgumentException("the setting access-key-id is missing"));
        SecretSource secret = text.requireSecret("secret-access-key");
        return text.takeSecret("session-token")
                .map(token -> S3.temporaryKey(id, secret, token))
                .orElseGet(() -> S3.accessKey(id, secret));
    }

    private static S3 webIdentity(TextSettings text) {
        if (!text.has("role-arn") && !text.has("token-file")) {
            return S3.webIdentityFromEnvironment();
        }
        return S3.webIdentity(text.require("role-arn"), Path.of(text.require("token-file")));
    }

    private static S3 role(S3 settings, TextSettings text) {
        Optional<String> role = text.take("assume-role-arn");
        Optional<String> externalId = role.isPresent() ? text.take("external-id") : Optional.empty();
        return role.map(arn -> externalId
                        .map(id -> settings.assumingRole(arn, id))
                        .orElseGet(() -> settings.assumingRole(arn)))
                .orElse(settings);
    }

    private static S3 connection(S3 settings, TextSettings text) {
        S3 result = with(settings, text.take("region"), S3::region);
        result = with(result, text.take("sts-endpoint").map(uri("sts-endpoint")), S3::stsEndpoint);
        result = with(result, text.take("certificate-authority").map(Path::of), S3::certificateAuthority);
        result = with(result, text.take("timeout-seconds").map(S3Settings::seconds), S3::timeout);
        result = proxy(result, text);
        return text.takeFlag("allow-plain-http") ? result.allowPlainHttp() : result;
    }

    private static S3 store(S3 settings, TextSettings text) {
        S3 result = with(settings, text.take("endpoint").map(uri("endpoint")), S3::endpoint);
        result = with(result, text.take("as-of").map(S3Settings::time), S3::asOf);
        return with(result, text.take("addressing").map(S3Settings::addressing), S3::addressing);
    }

    private static Instant time(String value) {
        try {
            return Instant.parse(value);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("as-of is a time such as 2026-11-20T08:15:00Z, not '" + value + "'", e);
        }
    }

    private static S3 proxy(S3 settings, TextSettings text) {
        if (text.takeFlag("proxy-from-environment")) {
            return settings.proxyFromEnvironment();
        }
        Optional<URI> address = text.take("proxy").map(uri("proxy"));
        if (address.isEmpty()) {
            return settings;
        }
        return text.take("proxy-user")
                .map(user -> settings.proxy(address.get(), user, text.requireSecret("proxy-password")))
                .orElseGet(() -> settings.proxy(address.get()));
    }

    private static S3 objects(S3 settings, TextSettings text) {
        S3 result = with(
                settings, text.take("checksums").map(value -> S3Checksums.parse("checksums", value)), S3::checksums);
        for (ObjectKind kind : ObjectKind.values()) {
            String key = "storage-class." + kind.name().toLowerCase(Locale.ROOT);
            result = with(result, text.take(key), (current, name) -> current.storageClass(kind, name));
        }
        for (Map.Entry<String, String> tag : text.takeBelow("tag.").entrySet()) {
            result = result.tag(tag.getKey(), tag.getValue());
        }
        return with(result, text.take("encryption").map(value -> encryption(value, text)), S3::encryptedByStore);
    }

    private static S3Encryption encryption(String value, TextSettings text) {
        return switch (value) {
            case "store" -> S3Encryption.managedByStore();
            case "kms" -> text.take("kms-key-id").map(S3Encryption::kms).orElseGet(S3Encryption::kms);
            case "customer-key" -> S3Encryption.customerKey(text.requireSecret("customer-key"));
            default ->
                throw new IllegalArgumentException("encryption is store, kms or customer-key, not '" + value + "'");
        };
    }

    private static <T> S3 with(S3 settings, Optional<T> value, BiFunction<S3, T, S3> change) {
        return value.map(present -> change.apply(settings, present)).orElse(settings);
    }

    static Function<String, URI> uri(String key) {
        return value -> {
            try {
                return URI.create(value);
            } catch (IllegalArgumentException e) {
                // Not repeated: it may hold a password.
                throw new IllegalArgumentException("the setting " + key + " is no URI");
            }
        };
    }

    private static S3Addressing addressing(String value) {
        return switch (value) {
            case "path" -> S3Addressing.PATH;
            case "virtual-host" -> S3Addressing.VIRTUAL_HOST;
            default -> throw new IllegalArgumentException("addressing is path or virtual-host, not '" + value + "'");
        };
    }

    private static Duration seconds(String value) {
        try {
            return Duration.ofSeconds(Long.parseLong(value));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("timeout-seconds is a number, not '" + value + "'", e);
        }
    }
}
