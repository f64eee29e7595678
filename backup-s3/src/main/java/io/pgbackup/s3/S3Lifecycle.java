package io.pgbackup.s3;

import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.List;

/** A lifecycle configuration in the JSON of Amazon's tools. */
final class S3Lifecycle {
    private S3Lifecycle() {}

    static String document(S3Place place, List<Expirable> expirables, int previousVersionDays) {
        List<String> rules = new ArrayList<>();
        for (Expirable expirable : expirables) {
            rules.add(rule(
                    "pgbackup " + expirable.prefix(),
                    place.below(expirable.prefix()),
                    "\"Expiration\": {\"Days\": " + expirable.days() + "}"));
        }
        // A bucket without versions has none of these.
        rules.add(rule(
                "pgbackup previous versions",
                place.below(ObjectPrefix.root()),
                "\"NoncurrentVersionExpiration\": {\"NoncurrentDays\": " + previousVersionDays
                        + "},\n      \"Expiration\": {\"ExpiredObjectDeleteMarker\": true}"));
        return "{\n  \"Rules\": [\n" + String.join(",\n", rules) + "\n  ]\n}\n";
    }

    private static String rule(String id, String prefix, String action) {
        return "    {\n      \"ID\": \"" + text(id)
                + "\",\n      \"Status\": \"Enabled\",\n      \"Filter\": {\"Prefix\": \"" + text(prefix)
                + "\"},\n      " + action + "\n    }";
    }

    private static String text(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
