package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageLocationTest {
    private static final String SECRET = "hunter2";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///srv/backup",
                "s3://acme-backups/billing?region=eu-central-1",
                "s3://bucket_with_underscore/prefix",
                "azure:https://account.blob.core.windows.net/container/path",
                "azure:https://127.0.0.1:10000/account/container",
                "gs://bucket/prefix?project=acme",
                "sftp://backup@vault.example.org/backups/billing",
                "sftp://backup@vault.example.org:2222/backups",
                "sftp://backup@[2001:db8::1]:2222/backups",
                "sftp://[2001:db8::1]/backups",
                "memory:name",
                "s3://bucket/path:with@signs?a:b@c=d",
                "S3://bucket"
            })
    void parsesWhatItPrints(String value) {
        StorageLocation location = StorageLocation.parse(value);

        assertThat(location).hasToString(value).isEqualTo(StorageLocation.parse(value));
        assertThat(location.uri()).hasToString(value);
        assertThat(location).hasSameHashCodeAs(StorageLocation.parse(value));
    }

    @Test
    void theSchemeIsInLowerCase() {
        assertThat(StorageLocation.parse("S3://bucket").scheme()).isEqualTo("s3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/srv/backup", "backup", "//host/path", ":", "s3 ://bucket"})
    void needsAScheme(String value) {
        assertThatThrownBy(() -> StorageLocation.parse(value)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sftp://backup:hunter2@vault.example.org/backups",
                "sftp://:hunter2@vault.example.org/backups",
                "sftp://backup:hunter2@vault.example.org:2222/backups",
                "sftp://backup%3Ahunter2@vault.example.org/backups",
                "sftp://backup%3ahunter2@vault.example.org/backups",
                "sftp://backup:p@hunter2@vault.example.org/backups",
                "sftp://backup:hunter2/more@vault.example.org/backups",
                "sftp://backup:hunter2?more@vault.example.org/backups",
                "sftp://backup:hunter2#more@vault.example.org/backups",
                "sftp:backup:hunter2@vault.example.org/backups",
                "s3://key:hunter2@bucket_name/prefix",
                "azure:https://account:hunter2@host/container",
                "azure:https://account:hunter2@[broken/container",
                "azure:https://account:hunter2 @host/container",
                "://backup:hunter2@host",
                "sftp://backup:hunter2@host/%zz",
                "s3\u0000://backup:hunter2@host"
            })
    void refusesAPasswordWithoutRepeatingIt(String value) {
        assertRefusedSilently(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "azure:https://account.blob.core.windows.net/container?sv=2024&sig=hunter2",
                "azure:https://account.blob.core.windows.net/container?SIG=hunter2",
                "azure:https://account.blob.core.windows.net/container?s%69g=hunter2",
                "azure:https://account.blob.core.windows.net/container#sig=hunter2",
                "azure:container?sig=hunter2",
                "s3://bucket/prefix?X-Amz-Signature=hunter2",
                "s3://bucket/prefix?x-amz-security-token=hunter2&x=y",
                "gs://bucket/prefix?X-Goog-Signature=hunter2",
                "s3://bucket/prefix?a=b;signature=hunter2",
                "s3://bucket/prefix?secret_key=hunter2",
                "s3://bucket/prefix?secretAccessKey=hunter2",
                "sftp://host/prefix?password=hunter2",
                "azure:https://account.blob.core.windows.net/c?AccountKey=hunter2",
                "gs://bucket?access_token=hunter2"
            })
    void refusesSignaturesAndSecretsWithoutRepeatingThem(String value) {
        assertRefusedSilently(value);
    }

    private static void assertRefusedSilently(String value) {
        assertThatThrownBy(() -> StorageLocation.parse(value))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(failure -> {
                    StringWriter trace = new StringWriter();
                    failure.printStackTrace(new PrintWriter(trace));
                    assertThat(trace.toString()).doesNotContain(SECRET);
                });
    }

    @Test
    void aPercentSignInAParameterNameIsNoAccident() {
        assertThat(StorageLocation.parse("s3://bucket?a%20b=c").uri().getRawQuery())
                .isEqualTo("a%20b=c");
    }
}
