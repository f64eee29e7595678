package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AzureLocationTest {
    private static AzureLocation parse(String location) throws StorageFaultException {
        return AzureLocation.parse(StorageLocation.parse(location));
    }

    @ParameterizedTest
    @CsvSource({
        "azure://account/container/some/path, https://account.blob.core.windows.net, account, container, some/path",
        "azure://account/container, https://account.blob.core.windows.net, account, container, ''",
        "azure://account/container/, https://account.blob.core.windows.net, account, container, ''",
        "azure://account/container/path/, https://account.blob.core.windows.net, account, container, path",
        "azure://account/container/with%20space, https://account.blob.core.windows.net, account, container, with space",
        "azure://account/$root/path, https://account.blob.core.windows.net, account, $root, path",
        "azure:https://account.blob.core.windows.net/container/some/path,"
                + " https://account.blob.core.windows.net, account, container, some/path",
        "azure:https://account.blob.core.chinacloudapi.cn/container,"
                + " https://account.blob.core.chinacloudapi.cn, account, container, ''",
        "azure:https://account.z01.blob.storage.azure.net/container/path,"
                + " https://account.z01.blob.storage.azure.net, account, container, path",
        "azure:http://127.0.0.1:10000/devstoreaccount1/container/path,"
                + " http://127.0.0.1:10000/devstoreaccount1, devstoreaccount1, container, path",
        "azure:http://azurite:10000/devstoreaccount1/container,"
                + " http://azurite:10000/devstoreaccount1, devstoreaccount1, container, ''",
        "azure:http://[::1]:10000/devstoreaccount1/container,"
                + " http://[::1]:10000/devstoreaccount1, devstoreaccount1, container, ''",
        "azure:https://emulator.example:443/account/container/path,"
                + " https://emulator.example:443/account, account, container, path"
    })
    void understands(String location, String endpoint, String account, String container, String path) throws Exception {
        AzureLocation parsed = parse(location);

        assertThat(parsed.endpoint("core.windows.net")).isEqualTo(endpoint);
        assertThat(parsed.account()).isEqualTo(account);
        assertThat(parsed.container()).isEqualTo(container);
        assertThat(parsed.path()).hasToString(path);
    }

    @Test
    void aShortLocationLiesInTheCloudOfTheSettings() throws Exception {
        assertThat(parse("azure://account/container").endpoint("core.usgovcloudapi.net"))
                .isEqualTo("https://account.blob.core.usgovcloudapi.net");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "azure://account",
                "azure://account/",
                "azure:///container",
                "azure://Account/container",
                "azure://ac/container",
                "azure://account/Container",
                "azure://account/a",
                "azure://account/two--hyphens",
                "azure://account/container/a//b",
                "azure://account/container/../other",
                "azure://account/container?comp=list",
                "azure://account/container#part",
                "azure:container/path",
                "azure:ftp://account.blob.core.windows.net/container",
                "azure:https://account.blob.core.windows.net",
                "azure:https://account-secondary.blob.core.windows.net/container",
                "azure:http://127.0.0.1:10000/container"
            })
    void refuses(String location) {
        assertThatThrownBy(() -> parse(location))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("cannot use the location");
    }

    @Test
    void theRootOfTheContainerGivesNoEmptySegment() throws Exception {
        AzureLocation root = parse("azure://account/container/");

        assertThat(root.blob(ObjectKey.of("a/b"))).isEqualTo("a/b");
        assertThat(root.blobPrefix(ObjectPrefix.root())).isEmpty();
        assertThat(root.blobPrefix(ObjectPrefix.of("a"))).isEqualTo("a/");
        assertThat(root.relative("a/b")).isEqualTo("a/b");
    }

    @Test
    void namesBeginWithThePath() throws Exception {
        AzureLocation below = parse("azure://account/container/x/y");

        assertThat(below.blob(ObjectKey.of("a/b"))).isEqualTo("x/y/a/b");
        assertThat(below.blobPrefix(ObjectPrefix.root())).isEqualTo("x/y/");
        assertThat(below.blobPrefix(ObjectPrefix.of("a"))).isEqualTo("x/y/a/");
        assertThat(below.relative("x/y/a/b")).isEqualTo("a/b");
    }
}
