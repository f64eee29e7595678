package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.catalog.LifecycleRule;
import io.pgbackup.catalog.Retention;
import io.pgbackup.error.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each store may remove by itself, in its own words. */
class LifecycleRuleTest {
    private static final Duration WEEK = Duration.ofDays(7);
    /** Thirty days of recovery, a full backup before and one below it, and a margin of a week. */
    private static final int DAYS = 30 + 2 * 7 + 7;

    @TempDir
    private Path directory;

    @Test
    void dataAndLogGoWhenNoRetentionNeedsThem() throws Exception {
        LifecycleRule rule = rule("s3://backups/path", Retention.keepRecoveryWindow(Period.ofDays(30)));

        assertThat(rule.expirables())
                .extracting(expirable -> expirable.prefix() + " " + expirable.days())
                .containsExactly(
                        "billing/data " + DAYS, "billing/wal " + DAYS, "billing/summary " + DAYS, "billing/check 1");
    }

    @Test
    void inTheWordsOfS3() throws Exception {
        LifecycleRule rule = rule("s3://backups/path", Retention.keepYoungerThan(Duration.ofDays(30)));

        JsonArray rules = json(rule).getAsJsonArray("Rules");
        JsonObject data = rules.get(0).getAsJsonObject();
        assertThat(data.get("Status").getAsString()).isEqualTo("Enabled");
        assertThat(data.getAsJsonObject("Filter").get("Prefix").getAsString()).isEqualTo("path/billing/data/");
        assertThat(data.getAsJsonObject("Expiration").get("Days").getAsInt()).isEqualTo(DAYS);
        JsonObject versions = rules.get(rules.size() - 1).getAsJsonObject();
        assertThat(versions.getAsJsonObject("NoncurrentVersionExpiration")
                        .get("NoncurrentDays")
                        .getAsInt())
                .isEqualTo(30);
        assertNeverNamed(
                rule, "path/format", "path/keys", "path/billing/backup", "path/billing/identity", "path/billing/lease");
    }

    @Test
    void inTheWordsOfAzure() throws Exception {
        LifecycleRule rule = rule("azure://account/container", Retention.keepRecoveryWindow(Duration.ofDays(30)));

        JsonObject data = json(rule).getAsJsonArray("rules").get(0).getAsJsonObject();
        assertThat(data.get("name").getAsString()).isEqualTo("pgbackup-billing-data");
        JsonObject definition = data.getAsJsonObject("definition");
        assertThat(definition
                        .getAsJsonObject("filters")
                        .getAsJsonArray("prefixMatch")
                        .get(0)
                        .getAsString())
                .isEqualTo("container/billing/data/");
        assertThat(definition
                        .getAsJsonObject("actions")
                        .getAsJsonObject("baseBlob")
                        .getAsJsonObject("delete")
                        .get("daysAfterCreationGreaterThan")
                        .getAsInt())
                .isEqualTo(DAYS);
    }

    @Test
    void inTheWordsOfGoogle() throws Exception {
        LifecycleRule rule = rule("gs://backups/path", Retention.keepRecoveryWindow(Duration.ofDays(30)));

        List<JsonObject> rules = StreamSupport.stream(
                        json(rule)
                                .getAsJsonObject("lifecycle")
                                .getAsJsonArray("rule")
                                .spliterator(),
                        false)
                .map(JsonElement::getAsJsonObject)
                .toList();
        JsonObject condition = rules.get(0).getAsJsonObject("condition");
        assertThat(rules.get(0).getAsJsonObject("action").get("type").getAsString())
                .isEqualTo("Delete");
        assertThat(condition.get("age").getAsInt()).isEqualTo(DAYS);
        assertThat(condition.get("isLive").getAsBoolean()).isTrue();
        assertThat(condition.getAsJsonArray("matchesPrefix").get(0).getAsString())
                .isEqualTo("path/billing/data/");
        JsonObject versions = rules.get(rules.size() - 1).getAsJsonObject("condition");
        assertThat(versions.get("isLive").getAsBoolean()).isFalse();
        assertThat(versions.get("daysSinceNoncurrentTime").getAsInt()).isEqualTo(30);
    }

    @Test
    void whatIsKeptByNumberIsNotForAStoreToDecide() {
        assertThatThrownBy(() -> rule("s3://backups/path", Retention.keepFullBackups(2)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("the newest 2 full");
    }

    @Test
    void aStoreWithoutRulesIsSaidSo() {
        assertThatThrownBy(() -> rule("file://" + directory, Retention.keepRecoveryWindow(WEEK)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("removes nothing by itself");
    }

    private LifecycleRule rule(String location, Retention retention) throws Exception {
        Map<String, String> settings = new HashMap<>(Map.of("location", location, "unencrypted", "true"));
        if (location.startsWith("azure:")) {
            Path secret = Files.writeString(directory.resolve("key"), "c2VjcmV0");
            settings.put("azure.account-key", "file:" + secret);
        }
        Repository repository = Repository.from(settings);
        try (PgBackup pg = PgBackup.of(Cluster.named("billing").withoutServer())
                .repository(repository)
                .build()) {
            return pg.lifecycleRule(repository, retention, WEEK);
        }
    }

    private static JsonObject json(LifecycleRule rule) {
        return JsonParser.parseString(rule.document()).getAsJsonObject();
    }

    private static void assertNeverNamed(LifecycleRule rule, String... prefixes) {
        for (String prefix : prefixes) {
            assertThat(rule.document()).doesNotContain("\"" + prefix);
        }
    }
}
