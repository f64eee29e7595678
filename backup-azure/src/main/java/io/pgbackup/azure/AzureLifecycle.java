package io.pgbackup.azure;

import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.List;

/** Rules of a management policy in the JSON of Azure's tools. */
final class AzureLifecycle {
    private AzureLifecycle() {}

    static String document(AzureLocation location, List<Expirable> expirables, int previousVersionDays) {
        List<String> rules = new ArrayList<>();
        for (Expirable expirable : expirables) {
            rules.add(rule(
                    "pgbackup-" + expirable.prefix().toString().replaceAll("[^A-Za-z0-9]+", "-"),
                    prefix(location, expirable.prefix()),
                    "\"baseBlob\": {\"delete\": {\"daysAfterCreationGreaterThan\": " + expirable.days() + "}}"));
        }
        // An account without versions has none of these.
        rules.add(rule(
                "pgbackup-previous-versions",
                prefix(location, ObjectPrefix.root()),
                "\"version\": {\"delete\": {\"daysAfterCreationGreaterThan\": "
                        + oldest(expirables, previousVersionDays) + "}}"));
        return "{\n  \"rules\": [\n" + String.join(",\n", rules) + "\n  ]\n}\n";
    }

    /** Azure counts the days of a version since it was created, not since it was deleted. */
    private static int oldest(List<Expirable> expirables, int previousVersionDays) {
        return expirables.stream().mapToInt(Expirable::days).max().orElse(0) + previousVersionDays;
    }

    private static String prefix(AzureLocation location, ObjectPrefix prefix) {
        return location.container() + "/" + location.blobPrefix(prefix);
    }

    private static String rule(String name, String prefix, String action) {
        return "    {\n      \"enabled\": true,\n      \"name\": \"" + name
                + "\",\n      \"type\": \"Lifecycle\",\n      \"definition\": {\n"
                + "        \"filters\": {\"blobTypes\": [\"blockBlob\"], \"prefixMatch\": [\"" + text(prefix)
                + "\"]},\n        \"actions\": {" + action + "}\n      }\n    }";
    }

    private static String text(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
