package io.pgbackup.s3;

import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a location: {@code s3://bucket/path}, or the store's own URL after the scheme, {@code s3:https://host:port/bucket/path}. Amazon's own URLs tell the
 * region, by host or by path. Parameters are {@code region} and {@code endpoint}.
 *
 * @param place bucket and path
 * @param region that the location names
 * @param endpoint that the location names
 */
record S3Location(S3Place place, Optional<String> region, Optional<URI> endpoint) {
    private static final Pattern AMAZON_HOST = Pattern.compile(
            "(?:(?<bucket>.+)\\.)?s3[.-](?:dualstack\\.)?(?<region>[a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?");
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");

    /**
     * Reads a location.
     *
     * @throws IllegalArgumentException if it is not one, or holds what is not understood
     */
    static S3Location parse(StorageLocation location) {
        URI uri = location.uri();
        if (uri.isOpaque()) {
            return ofStore(URI.create(uri.getRawSchemeSpecificPart()));
        }
        requireNothingElse(uri);
        Map<String, String> parameters = parameters(uri);
        Optional<String> region = Optional.ofNullable(parameters.remove("region"));
        Optional<URI> endpoint =
                Optional.ofNullable(parameters.remove("endpoint")).map(URI::create);
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "the parameters " + parameters.keySet() + " are not understood; known are region and endpoint");
        }
        return new S3Location(
                place(Optional.ofNullable(uri.getAuthority()).orElse(""), uri.getPath()), region, endpoint);
    }

    private static S3Location ofStore(URI store) {
        String scheme = String.valueOf(store.getScheme());
        if ((!scheme.equals("https") && !scheme.equals("http")) || store.getHost() == null) {
            throw new IllegalArgumentException("neither s3://bucket/path nor s3:https://host/bucket/path");
        }
        requireNothingElse(store);
        if (store.getRawQuery() != null) {
            throw new IllegalArgumentException("a store's own URL has no parameters here");
        }
        Matcher amazon = AMAZON_HOST.matcher(store.getHost());
        if (amazon.matches()) {
            Optional<String> region = Optional.of(amazon.group("region"));
            String bucket = amazon.group("bucket");
            return bucket == null
                    ? new S3Location(inPath(store.getPath()), region, Optional.empty())
                    : new S3Location(place(bucket, store.getPath()), region, Optional.empty());
        }
        URI endpoint = URI.create(store.getScheme() + "://" + store.getRawAuthority());
        return new S3Location(inPath(store.getPath()), Optional.empty(), Optional.of(endpoint));
    }

    private static void requireNothingElse(URI uri) {
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("users and fragments are not understood; keys are settings of S3");
        }
    }

    private static S3Place inPath(String path) {
        String trimmed = path.startsWith("/") ? path.substring(1) : path;
        int slash = (trimmed + "/").indexOf('/');
        return place(trimmed.substring(0, slash), trimmed.substring(slash));
    }

    private static S3Place place(String bucket, String path) {
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("'" + bucket + "' is not the name of a bucket");
        }
        String inner = path.startsWith("/") ? path.substring(1) : path;
        return new S3Place(
                bucket, ObjectPrefix.of(inner.endsWith("/") ? inner.substring(0, inner.length() - 1) : inner));
    }

    private static Map<String, String> parameters(URI uri) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (uri.getRawQuery() == null) {
            return parameters;
        }
        for (String parameter : uri.getRawQuery().split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8);
            if (equals < 0 || value.isEmpty() || parameters.put(name, value) != null) {
                throw new IllegalArgumentException("the parameter '" + name + "' has no value, or two");
            }
        }
        return parameters;
    }
}
