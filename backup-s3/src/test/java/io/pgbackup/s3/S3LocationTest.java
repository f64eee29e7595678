package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {
    private static S3Location parse(String location) {
        return S3Location.parse(StorageLocation.parse(location));
    }

    @ParameterizedTest
    @CsvSource({
        "s3://bucket,bucket,''",
        "s3://bucket/,bucket,''",
        "s3://bucket/path,bucket,path",
        "s3://bucket/path/to/folder/,bucket,path/to/folder",
        "s3://bucket.with.dots/p,bucket.with.dots,p",
        "s3://under_score/p,under_score,p",
        "s3://bucket/with%20space,bucket,with space",
        "s3:https://store.example:9000/bucket/path,bucket,path",
        "s3:https://store.example/bucket,bucket,''",
        "s3:https://bucket.s3.eu-central-1.amazonaws.com/path,bucket,path",
        "s3:https://s3.eu-central-1.amazonaws.com/bucket/path,bucket,path",
        "s3:https://s3.cn-north-1.amazonaws.com.cn/bucket/path,bucket,path"
    })
    void namesBucketAndPath(String location, String bucket, String path) {
        assertThat(parse(location).place()).isEqualTo(new S3Place(bucket, ObjectPrefix.of(path)));
    }

    @Test
    void namesRegionAndEndpoint() {
        assertThat(parse("s3://b00/p?region=eu-west-1").region()).contains("eu-west-1");
        assertThat(parse("s3:https://b00.s3.eu-west-1.amazonaws.com/p").region())
                .contains("eu-west-1");
        assertThat(parse("s3:https://b00.s3.eu-west-1.amazonaws.com/p").endpoint())
                .isEmpty();
        assertThat(parse("s3:https://store.example:9000/bucket").endpoint())
                .isEqualTo(Optional.of(URI.create("https://store.example:9000")));
        assertThat(parse("s3://bucket?endpoint=https%3A%2F%2Fstore.example").endpoint())
                .isEqualTo(Optional.of(URI.create("https://store.example")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3:bucket/path",
                "s3:///path",
                "s3://b",
                "s3://bucket//path",
                "s3://bucket/a/../b",
                "s3://bucket/path?regoin=x",
                "s3://bucket/path?region=",
                "s3://bucket/path?region=a&region=b",
                "s3://bucket/path#fragment",
                "s3://user@bucket/path",
                "s3:ftp://store.example/bucket",
                "s3:https://store.example/",
                "s3:https://store.example/bucket?region=x"
            })
    void refusesWhatItDoesNotUnderstand(String location) {
        assertThatThrownBy(() -> Buckets.open(location, S3.ambient().region("x")))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining(location);
    }

    @Test
    void refusesWhatContradictsTheSettings() {
        S3 key = S3.accessKey("key", Buckets.secret("secret"));

        assertThatThrownBy(() -> Buckets.open("s3://bucket?region=one", key.region("two")))
                .hasMessageContaining("one")
                .hasMessageContaining("two");
        assertThatThrownBy(() -> Buckets.open("s3://bucket", key)).hasMessageContaining("region");
        assertThatThrownBy(() -> Buckets.open("s3:http://store.example/bucket", key))
                .hasMessageContaining("allowPlainHttp");
    }

    @Test
    void refusesSettingsOfAnotherProvider() {
        ProviderConfig other = () -> "s3";

        assertThatThrownBy(() -> Buckets.open("s3://bucket", other)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void aBucketWithADotIsNamedInThePathForNoCertificateCoversIt() {
        S3 key = S3.accessKey("key", Buckets.secret("secret")).region("eu-west-1");

        assertThat(S3Store.of(parse("s3://dotted.bucket"), key).addressing()).isEqualTo(S3Addressing.PATH);
        assertThat(S3Store.of(parse("s3://plain-bucket"), key).addressing()).isEqualTo(S3Addressing.VIRTUAL_HOST);
    }

    /** Opening touches neither the network nor the environment's idea of a region. */
    @Test
    void openingNeedsNothing() throws Exception {
        Buckets.open("s3://bucket/path", ProviderConfig.none()).close();
    }
}
