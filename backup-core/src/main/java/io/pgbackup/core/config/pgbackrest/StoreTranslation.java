package io.pgbackup.core.config.pgbackrest;

import java.util.Map;
import java.util.Optional;

/** The options of one kind of store, as the location of a repository and settings of its provider. For one call. */
final class StoreTranslation {
    private final Translation options;
    private final String prefix;
    private final String type;
    private final Map<String, String> settings;

    StoreTranslation(Translation options, String repository, Map<String, String> settings, String type) {
        this.options = options;
        this.prefix = repository + type + "-";
        this.settings = settings;
        this.type = type;
        network(repository);
    }

    String azure(String path) {
        String account = required("account");
        String container = required("container");
        switch (keyType("shared")) {
            case "shared" -> secret("key", "azure.account-key");
            case "sas" -> secret("key", "azure.sas-token");
            case "auto" -> settings.put("azure.managed-identity", "true");
            default -> throw options.wrong(prefix + "key-type", "is shared, sas or auto");
        }
        options.used(prefix + "endpoint", "azure.endpoint-suffix")
                .ifPresent(endpoint -> settings.put("azure.endpoint-suffix", endpoint.replaceFirst("^blob\\.", "")));
        String uriStyle = options.used(prefix + "uri-style", "form of the URL").orElse("host");
        Optional<String> host = host(Optional.empty());
        if (host.isPresent() && uriStyle.equals("path")) {
            return "azure:https://" + host.get() + "/" + account + "/" + container + path;
        }
        return host.map(name -> "azure:https://" + name + "/" + container + path)
                .orElse("azure://" + account + "/" + container + path);
    }

    String s3(String path) {
        String bucket = required("bucket");
        put("region", "s3.region");
        switch (keyType("shared")) {
            case "shared" -> {
                secret("key", "s3.access-key-id-secret");
                secret("key-secret", "s3.secret-access-key");
                optionalSecret("token", "s3.session-token");
            }
            case "auto" -> settings.put("s3.authentication", "instance-profile");
            case "web-id" -> settings.put("s3.authentication", "web-identity");
            case "pod-id" -> settings.put("s3.authentication", "pod-identity");
            default -> throw options.wrong(prefix + "key-type", "is shared, auto, web-id or pod-id");
        }
        options.different(prefix + "role", "the metadata service names the role itself");
        options.used(prefix + "uri-style", "s3.addressing")
                .ifPresent(style -> settings.put("s3.addressing", style.equals("path") ? "path" : "virtual-host"));
        options.used(prefix + "kms-key-id", "s3.encryption=kms, s3.kms-key-id").ifPresent(key -> {
            settings.put("s3.encryption", "kms");
            settings.put("s3.kms-key-id", key);
        });
        options.unsupported(
                prefix + "sse-customer-key", "give it as s3.encryption=customer-key with a secret of 32 bytes");
        options.unsupported(prefix + "requester-pays", "requests are paid by the owner of the bucket");
        String endpoint = options.used(prefix + "endpoint", "s3.endpoint").orElse("");
        Optional<String> host = host(Optional.of(endpoint));
        if (host.isPresent() || !endpoint.endsWith("amazonaws.com")) {
            settings.put("s3.endpoint", "https://" + host.orElse(endpoint));
        }
        return "s3://" + bucket + path;
    }

    String gcs(String path) {
        String bucket = required("bucket");
        switch (keyType("service")) {
            case "service" ->
                options.used(prefix + "key", "gs.service-account, the file of a key")
                        .ifPresent(file -> settings.put("gs.service-account", "file:" + file));
            case "token" -> secret("key", "gs.access-token");
            case "auto" -> settings.put("gs.metadata-server", "true");
            default -> throw options.wrong(prefix + "key-type", "is service, token or auto");
        }
        put("user-project", "gs.user-project");
        Optional<String> endpoint = options.used(prefix + "endpoint", "gs.endpoint");
        host(endpoint)
                .or(() -> endpoint)
                .filter(name -> !name.equals("storage.googleapis.com"))
                .ifPresent(name -> settings.put("gs.endpoint", "https://" + name));
        return "gs://" + bucket + path;
    }

    String sftp(String path) {
        String host = required("host");
        String user = required("host-user");
        String port = options.used(prefix + "host-port", "port of the location")
                .map(number -> ":" + number)
                .orElse("");
        options.used(prefix + "private-key-file", "sftp.private-key-file")
                .ifPresent(file -> settings.put("sftp.private-key-file", file));
        put("public-key-file", "sftp.public-key-file");
        optionalSecret("private-key-passphrase", "sftp.passphrase");
        hostKeys();
        return "sftp://" + user + "@" + host + port + path;
    }

    private void hostKeys() {
        String hash = options.look(prefix + "host-key-hash-type").orElse("sha256");
        if (hash.equals("sha256")) {
            options.used(prefix + "host-key-hash-type", "fingerprints are always of SHA-256");
        } else {
            options.unsupported(
                    prefix + "host-key-hash-type", "fingerprints are of SHA-256 only: give that of the server");
        }
        String check = options.used(prefix + "host-key-check-type", "sftp.host-key-check")
                .orElse("strict");
        settings.put("sftp.host-key-check", check);
        options.used(prefix + "host-fingerprint", "sftp.host-key-fingerprints")
                .filter(value -> check.equals("fingerprint"))
                .ifPresent(value -> settings.put("sftp.host-key-fingerprints", value));
        options.different(prefix + "known-host", "the first of them is used: there is one file of known hosts")
                .filter(value -> check.equals("strict") || check.equals("accept-new"))
                .ifPresent(value -> settings.put("sftp.known-hosts", value));
    }

    private void network(String repository) {
        String authority = switch (type) {
            case "azure" -> "azure.trusted-certificates";
            case "gcs" -> "gs.certificate-authorities";
            default -> "s3.certificate-authority";
        };
        if (type.equals("sftp")) {
            return;
        }
        options.used(repository + "storage-ca-file", authority).ifPresent(file -> settings.put(authority, file));
        options.unsupported(repository + "storage-ca-path", "authorities are in one file: " + authority);
        options.look(repository + "storage-verify-tls").ifPresent(value -> {
            if (value.equals("y")) {
                options.used(repository + "storage-verify-tls", "certificates are always checked");
            } else {
                options.unsupported(
                        repository + "storage-verify-tls",
                        "certificates are always checked: name the authority by " + authority);
            }
        });
    }

    /** Where the store is reached, if not where the vendor's endpoint says; the port counts for both. */
    private Optional<String> host(Optional<String> endpoint) {
        String storage = prefix.substring(0, prefix.indexOf('-') + 1) + "storage-";
        Optional<String> port =
                options.used(storage + "port", "port of the endpoint").map(number -> ":" + number);
        return options.used(storage + "host", "host of the endpoint")
                .map(host -> host.replaceFirst("^https?://", ""))
                .or(() -> endpoint.filter(name -> port.isPresent()))
                .map(host -> host + port.orElse(""));
    }

    private String keyType(String usual) {
        return options.used(prefix + "key-type", "the method of authentication").orElse(usual);
    }

    private String required(String option) {
        String name = prefix + option;
        if (!options.has(name)) {
            throw options.wrong(prefix.substring(0, prefix.indexOf('-') + 1) + "type", "needs " + name);
        }
        return options.used(name, "part of the location").orElseThrow();
    }

    private void secret(String option, String key) {
        if (!options.has(prefix + option)) {
            throw options.wrong(prefix.substring(0, prefix.indexOf('-') + 1) + "type", "needs " + prefix + option);
        }
        optionalSecret(option, key);
    }

    private void optionalSecret(String option, String key) {
        options.used(prefix + option, key + ", read from this file whenever it is needed")
                .ifPresent(value -> settings.put(key, RepositoryTranslation.reference(prefix + option)));
    }

    private void put(String option, String key) {
        options.used(prefix + option, key).ifPresent(value -> settings.put(key, value));
    }
}
