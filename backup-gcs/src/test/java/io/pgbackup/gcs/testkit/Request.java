package io.pgbackup.gcs.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request as it arrived.
 *
 * @param operation what it asks for
 * @param path segments, decoded
 * @param query parameters, decoded
 * @param headers with names in lower case
 * @param body the bytes; not copied
 */
public record Request(
        Operation operation, List<String> path, Map<String, String> query, Map<String, String> headers, byte[] body) {
    /** What a request can ask for. */
    public enum Operation {
        /** Create an object. */
        INSERT,
        /** Look at an object. */
        STAT,
        /** Read an object. */
        READ,
        /** List objects. */
        LIST,
        /** Delete one object. */
        DELETE,
        /** Many requests in one. */
        BATCH
    }

    static Request parse(String method, String rawUri, Map<String, String> headers, byte[] body) throws Refusal {
        int question = rawUri.indexOf('?');
        String rawPath = question < 0 ? rawUri : rawUri.substring(0, question);
        String rawQuery = question < 0 ? "" : rawUri.substring(question + 1);
        String override = headers.get("x-http-method-override");
        byte[] rest = body;
        String verb = method;
        if (override != null) {
            // How clients send addresses that are too long.
            verb = override;
            rawQuery = new String(body, StandardCharsets.UTF_8);
            rest = new byte[0];
        }
        List<String> path = Arrays.stream(rawPath.substring(1).split("/", -1))
                .map(Request::decode)
                .toList();
        Map<String, String> query = query(rawQuery);
        return new Request(operation(verb, path, query), path, query, headers, rest);
    }

    private static Operation operation(String method, List<String> path, Map<String, String> query) throws Refusal {
        String shape = method + " " + String.join("/", path.subList(0, Math.min(path.size(), 4)));
        boolean object = path.size() == 7 || path.size() == 6;
        if (shape.equals("POST upload/storage/v1/b") && path.size() == 6) {
            return Operation.INSERT;
        }
        if (shape.startsWith("GET download/storage/v1/b") && path.size() == 7) {
            return Operation.READ;
        }
        if (shape.startsWith("GET storage/v1/b/") && path.size() == 5) {
            return Operation.LIST;
        }
        if (shape.startsWith("GET storage/v1/b/") && object) {
            return "media".equals(query.get("alt")) ? Operation.READ : Operation.STAT;
        }
        if (shape.startsWith("DELETE storage/v1/b/") && object) {
            return Operation.DELETE;
        }
        if (shape.equals("POST batch/storage/v1")) {
            return Operation.BATCH;
        }
        throw Refusal.invalid("this server does not know " + shape);
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String part : raw.split("&")) {
            if (!part.isEmpty()) {
                int equals = (part + "=").indexOf('=');
                query.put(
                        URLDecoder.decode(part.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(part.substring(Math.min(part.length(), equals + 1)), StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    /** In a path a plus is a plus. */
    private static String decode(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /**
     * A header.
     *
     * @param name in any case
     * @return its value, if it was sent
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    String bucket() {
        int index = path.indexOf("b");
        return path.get(index + 1);
    }

    String object() {
        return path.get(path.size() - 1);
    }

    void allow(Set<String> parameters) throws Refusal {
        for (String name : query.keySet()) {
            if (!parameters.contains(name) && !name.equals("prettyPrint") && !name.equals("alt")) {
                throw Refusal.invalid("unknown parameter " + name);
            }
        }
    }
}
