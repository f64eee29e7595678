package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.StorageProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3SettingsTest {
    private static final SecretResolver SECRETS = name -> {
        if (name.equals("unknown")) {
            throw new IllegalArgumentException("there is no secret " + name);
        }
        return SecretSource.value(("value of " + name).toCharArray());
    };

    private static S3 read(Map<String, String> properties) {
        return (S3) new S3StorageProvider().configure(properties, SECRETS);
    }

    @Test
    void theProviderIsFound() {
        assertThat(ServiceLoader.load(StorageProvider.class))
                .extracting(StorageProvider::scheme)
                .contains("s3");
    }

    @Test
    void nothingMeansTheDefaultChain() {
        assertThat(read(Map.of()).credentials()).isEqualTo(new S3Credentials.DefaultChain());
    }

    @ParameterizedTest
    @CsvSource({
        "authentication=ambient,DefaultChain",
        "access-key-id=id;secret-access-key=s,Key",
        "access-key-id-secret=i;secret-access-key=s;session-token=t,Key",
        "role-arn=r;token-file=/t,WebIdentity",
        "authentication=web-identity,WebIdentity",
        "authentication=pod-identity,Container",
        "authentication=instance-profile,Instance",
        "profile=backup,Profile",
        "credential-process=/bin/program --json,Program",
        "authentication=anonymous,Anonymous",
        "profile=backup;assume-role-arn=r;external-id=e,Role"
    })
    void everyMethodCanBeWritten(String text, String method) {
        assertThat(read(properties(text)).credentials().getClass().getSimpleName())
                .isEqualTo(method);
    }

    private static Map<String, String> properties(String text) {
        Map<String, String> properties = new java.util.HashMap<>();
        for (String setting : text.split(";")) {
            properties.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return properties;
    }

    @Test
    void everythingElseCanBeWritten() {
        S3 settings = read(Map.ofEntries(
                Map.entry("region", "eu-west-1"),
                Map.entry("endpoint", "http://store:9000"),
                Map.entry("sts-endpoint", "https://sts"),
                Map.entry("addressing", "virtual-host"),
                Map.entry("certificate-authority", "/etc/ca.pem"),
                Map.entry("proxy", "http://proxy:3128"),
                Map.entry("proxy-user", "me"),
                Map.entry("proxy-password", "p"),
                Map.entry("allow-plain-http", "true"),
                Map.entry("timeout-seconds", "7"),
                Map.entry("checksums", "when_supported"),
                Map.entry("storage-class.bundle", "STANDARD_IA"),
                Map.entry("encryption", "kms"),
                Map.entry("kms-key-id", "alias/k"),
                Map.entry("tag.owner", "dba")));

        S3Connection connection = settings.connection();
        assertThat(connection.region()).contains("eu-west-1");
        assertThat(connection.endpoint()).contains(URI.create("http://store:9000"));
        assertThat(connection.stsEndpoint()).contains(URI.create("https://sts"));
        assertThat(connection.addressing()).contains(S3Addressing.VIRTUAL_HOST);
        assertThat(connection.authority()).contains(Path.of("/etc/ca.pem"));
        assertThat(connection.proxy().flatMap(S3Connection.Proxy::user)).contains("me");
        assertThat(connection.plainHttp()).isTrue();
        assertThat(connection.timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.objects().checksums()).contains(S3Checksums.WHEN_SUPPORTED);
        assertThat(settings.objects().storageClasses()).isEqualTo(Map.of(ObjectKind.BUNDLE, "STANDARD_IA"));
        assertThat(settings.objects().encryption().flatMap(S3Encryption::keyId)).isEqualTo(Optional.of("alias/k"));
        assertThat(settings.objects().tags()).isEqualTo(Map.of("owner", "dba"));
    }

    @ParameterizedTest
    @CsvSource({
        "regin=x,did you mean 'region'",
        "secret-acces-key=x,did you mean 'secret-access-key'",
        "external-id=x,external-id",
        "kms-key-id=x,kms-key-id",
        "proxy-password=x,proxy-password",
        "access-key-id=x,secret-access-key is missing",
        "secret-access-key=x,access-key-id is missing",
        "access-key-id=x;secret-access-key=unknown,no secret unknown",
        "access-key-id=x;access-key-id-secret=y;secret-access-key=z,exclude each other",
        "access-key-id=x;secret-access-key=y;profile=z,more than one method",
        "authentication=ambient;profile=z,more than one method",
        "authentication=magic,not 'magic'",
        "role-arn=x,token-file is missing",
        "authentication=profile,profile is missing",
        "'region= ',region is empty",
        "endpoint=ftp://x,endpoint",
        "endpoint=https://user:word@store,endpoint",
        "addressing=dns,path or virtual-host",
        "checksums=never,when_supported or when_required",
        "allow-plain-http=yes,true or false",
        "timeout-seconds=soon,number",
        "timeout-seconds=0,positive",
        "encryption=rot13,'store, kms or customer-key'"
    })
    void whatIsNotUnderstoodIsRefused(String text, String why) {
        assertThatThrownBy(() -> read(properties(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why.replace("'store, kms or customer-key'", "store, kms or customer-key"))
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("word@"));
    }

    @Test
    void settingsPrintNoSecret() {
        S3 settings = read(properties("access-key-id=x;secret-access-key=y;encryption=customer-key;customer-key=k"))
                .proxy(URI.create("http://proxy:1"), "me", Buckets.secret("value of p"));

        assertThat(settings.toString()).contains("proxy:1").doesNotContain("value of");
    }
}
