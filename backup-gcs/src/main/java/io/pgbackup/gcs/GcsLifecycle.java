package io.pgbackup.gcs;

import com.google.gson.GsonBuilder;
import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A lifecycle configuration in the JSON of Google's tools. */
final class GcsLifecycle {
    private GcsLifecycle() {}

    static String document(GcsLocation location, List<Expirable> expirables, int previousVersionDays) {
        List<Map<String, Object>> rules = new ArrayList<>();
        for (Expirable expirable : expirables) {
            rules.add(rule(location, expirable.prefix(), true, "age", expirable.days()));
        }
        // A bucket without versions has none of these.
        rules.add(rule(location, ObjectPrefix.root(), false, "daysSinceNoncurrentTime", previousVersionDays));
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(Map.of("lifecycle", Map.of("rule", rules)))
                + "\n";
    }

    private static Map<String, Object> rule(
            GcsLocation location, ObjectPrefix prefix, boolean live, String condition, int days) {
        Map<String, Object> conditions = new LinkedHashMap<>();
        conditions.put(condition, days);
        conditions.put("isLive", live);
        String start = location.start(prefix);
        if (!start.isEmpty()) {
            conditions.put("matchesPrefix", List.of(start));
        }
        return Map.of("action", Map.of("type", "Delete"), "condition", conditions);
    }
}
