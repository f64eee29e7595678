package io.pgbackup.gcs.testkit;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the server answers.
 *
 * @param status of HTTP
 * @param headers one value for each name
 * @param body the bytes; not copied
 */
public record Reply(int status, Map<String, String> headers, byte[] body) {
    /**
     * An answer of plain text.
     *
     * @param status of HTTP
     * @param text the body
     * @return the reply
     */
    public static Reply text(int status, String text) {
        return new Reply(
                status, Map.of("Content-Type", "text/html; charset=UTF-8"), text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A refusal in the form of the store.
     *
     * @param status of HTTP
     * @param reason the store's code
     * @param message for a human
     * @return the reply
     */
    public static Reply error(int status, String reason, String message) {
        JsonObject detail = new JsonObject();
        detail.addProperty("message", message);
        detail.addProperty("domain", "global");
        detail.addProperty("reason", reason);
        JsonArray details = new JsonArray();
        details.add(detail);
        JsonObject error = new JsonObject();
        error.addProperty("code", status);
        error.addProperty("message", message);
        error.add("errors", details);
        JsonObject body = new JsonObject();
        body.add("error", error);
        return json(status, body);
    }

    static Reply json(int status, JsonObject body) {
        return new Reply(
                status,
                Map.of("Content-Type", "application/json; charset=UTF-8"),
                body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The same with one more header.
     *
     * @param name of the header
     * @param value its value
     * @return a new reply
     */
    public Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, more, body);
    }
}
