package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SftpStorageProviderTest {
    private final SftpStorageProvider provider = new SftpStorageProvider();

    private static Sftp configured(Map<String, String> properties) {
        return (Sftp) new SftpStorageProvider()
                .configure(properties, name -> SecretSource.value(("secret of " + name).toCharArray()));
    }

    private static SftpAddress address(String location) throws StorageException {
        return SftpAddress.of(StorageLocation.parse(location));
    }

    @Test
    void isFoundByItsScheme() {
        assertThat(ServiceLoader.load(StorageProvider.class))
                .filteredOn(found -> found.scheme().equals("sftp"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "sftp://backup@vault.example.org/srv/billing,vault.example.org,22,/srv/billing",
        "sftp://backup@vault.example.org:2222/srv/billing/,vault.example.org,2222,/srv/billing",
        "sftp://backup@vault.example.org/,vault.example.org,22,/",
        "sftp://backup@[::1]:2222/x,::1,2222,/x",
        "sftp://backup@host/with%20space,host,22,/with space"
    })
    void readsALocation(String location, String host, int port, String path) throws Exception {
        SftpAddress address = address(location);

        assertThat(address.user()).contains("backup");
        assertThat(address.host()).isEqualTo(host);
        assertThat(address.port()).isEqualTo(port);
        assertThat(address.path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sftp:relative",
                "sftp:///path",
                "sftp://host",
                "sftp://host:0/x",
                "sftp://host:99999/x",
                "sftp://host/a//b",
                "sftp://host/a/../b",
                "sftp://host/./b",
                "sftp://host/x?key=value",
                "sftp://host/x#part",
                "sftp://host/a%0Ab"
            })
    void refusesALocationThatSaysTooLittleOrTooMuch(String location) {
        assertThatThrownBy(() -> address(location)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void aUserIsNamedOnce() throws Exception {
        StorageContext context = StorageContext.system();
        StorageLocation without = StorageLocation.parse("sftp://host/x");
        StorageLocation with = StorageLocation.parse("sftp://backup@host/x");

        provider.open(without, Sftp.agent().user("backup"), context).close();
        provider.open(with, Sftp.agent().user("backup"), context).close();
        assertThatThrownBy(() -> provider.open(without, Sftp.agent(), context))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("names no user");
        assertThatThrownBy(() -> provider.open(with, Sftp.agent().user("other"), context))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("only one");
    }

    @Test
    void settingsAreNeeded() {
        assertThatThrownBy(() -> provider.open(
                        StorageLocation.parse("sftp://backup@host/x"), ProviderConfig.none(), StorageContext.system()))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("io.pgbackup.sftp.Sftp");
    }

    @Test
    void readsEverySetting() {
        Sftp settings = configured(Map.ofEntries(
                Map.entry("private-key-file", "/etc/backup/id_ed25519"),
                Map.entry("passphrase", "pass"),
                Map.entry("public-key-file", "/etc/backup/id_ed25519.pub"),
                Map.entry("user", "backup"),
                Map.entry("host-key-check", "fingerprint"),
                Map.entry("host-key-fingerprints", "SHA256:" + "A".repeat(43)),
                Map.entry("connect-timeout", "5"),
                Map.entry("response-timeout", "PT2M"),
                Map.entry("keep-alive", "7"),
                Map.entry("channels", "3"),
                Map.entry("also-accept", "ssh-rsa, hmac-sha1"),
                Map.entry("unsafe-rename", "true")));

        assertThat(settings.login()).isInstanceOf(Login.PrivateKey.class);
        assertThat(settings.user()).contains("backup");
        assertThat(settings.hostKeys()).isInstanceOf(HostKeys.Pinned.class);
        assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.responseTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.keepAlive()).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.channels()).isEqualTo(3);
        assertThat(settings.accepted()).containsExactlyInAnyOrder("ssh-rsa", "hmac-sha1");
        assertThat(settings.isRenameAllowed()).isTrue();
        assertThat(settings.toString()).doesNotContain("secret of");
    }

    @ParameterizedTest
    @CsvSource({"strict,Known", "accept-new,AcceptNew", "none,Unchecked"})
    void readsTheHostKeyRule(String check, String rule) {
        Sftp settings = configured(Map.of("password", "pw", "host-key-check", check));

        assertThat(settings.hostKeys().getClass().getSimpleName()).isEqualTo(rule);
    }

    @Test
    void aFingerprintIsReadInHexadecimalToo() {
        Sftp plain = configured(Map.of("agent", "true", "host-key-fingerprints", "SHA256:" + "A".repeat(43)));
        Sftp hexadecimal = configured(Map.of("agent", "true", "host-key-fingerprints", "0".repeat(64)));

        assertThat(hexadecimal.hostKeys()).isEqualTo(plain.hostKeys());
    }

    @ParameterizedTest
    @CsvSource({
        "private-keyfile,/key,private-key-file",
        "pasword,pw,password",
        "known-host,/file,known-hosts",
        "channels,many,channels",
        "channels,0,channels",
        "connect-timeout,soon,connect-timeout",
        "connect-timeout,0,connect-timeout",
        "host-key-check,maybe,strict",
        "host-key-fingerprints,MD5:00,SHA-256",
        "unsafe-rename,perhaps,unsafe-rename",
        "also-accept,rot13,also-accept",
        "passphrase,pass,passphrase"
    })
    void aWrongSettingIsRefusedWithAHint(String key, String value, String hint) {
        assertThatThrownBy(() -> configured(Map.of("agent", "true", key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }

    @Test
    void exactlyOneLoginIsNeeded() {
        assertThatThrownBy(() -> configured(Map.of())).hasMessageContaining("not none");
        assertThatThrownBy(() -> configured(Map.of("password", "a", "private-key", "b")))
                .hasMessageContaining("private-key and password");
    }

    @Test
    void everySettingIsDocumented() throws Exception {
        String readme = Files.readString(Path.of("README.md"));

        assertThat(SftpProperties.KEYS).allSatisfy(key -> assertThat(readme).contains("`" + key + "`"));
    }
}
