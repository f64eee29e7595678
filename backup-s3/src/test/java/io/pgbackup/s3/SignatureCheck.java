package io.pgbackup.s3;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Version 4 of Amazon's signatures as the receiving side computes them: every header that matters must be signed, and the time must be right. */
final class SignatureCheck {
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/kms/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final String region;
    private final Map<String, String> secrets;

    /** Secrets by ids of keys. */
    SignatureCheck(String region, Map<String, String> secrets) {
        this.region = region;
        this.secrets = secrets;
    }

    /** What KMS would say against the request; empty if nothing. */
    Optional<String> refusal(HttpExchange exchange, byte[] body, Instant now) throws GeneralSecurityException {
        String authorization = header(exchange, "Authorization");
        if (authorization.isEmpty()) {
            return Optional.of("MissingAuthenticationTokenException");
        }
        Matcher parts = AUTHORIZATION.matcher(authorization);
        if (!parts.matches()) {
            return Optional.of("IncompleteSignatureException");
        }
        String secret = secrets.get(parts.group(1));
        if (secret == null) {
            return Optional.of("UnrecognizedClientException");
        }
        List<String> signed = Arrays.asList(parts.group(4).split(";"));
        String time = header(exchange, "X-Amz-Date");
        boolean token = exchange.getRequestHeaders().containsKey("X-Amz-Security-Token");
        boolean complete = signed.containsAll(List.of("host", "x-amz-date", "x-amz-target", "content-type"))
                && (!token || signed.contains("x-amz-security-token"))
                && parts.group(3).equals(region)
                && time.startsWith(parts.group(2));
        Instant at = complete ? TIME.parse(time, Instant::from) : Instant.EPOCH;
        if (!complete || Duration.between(at, now).abs().compareTo(Duration.ofMinutes(5)) > 0) {
            return Optional.of("InvalidSignatureException");
        }
        String hash = hex(MessageDigest.getInstance("SHA-256").digest(body));
        String told = header(exchange, "X-Amz-Content-Sha256");
        StringBuilder canonical = new StringBuilder(exchange.getRequestMethod())
                .append('\n')
                .append(exchange.getRequestURI().getRawPath())
                .append("\n\n");
        signed.forEach(name -> canonical
                .append(name)
                .append(':')
                .append(header(exchange, name).trim())
                .append('\n'));
        canonical.append('\n').append(parts.group(4)).append('\n').append(hash);
        String scope = parts.group(2) + "/" + region + "/kms/aws4_request";
        String text = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n"
                + hex(MessageDigest.getInstance("SHA-256").digest(bytes(canonical.toString())));
        byte[] key = bytes("AWS4" + secret);
        for (String step : scope.split("/")) {
            key = mac(key, step);
        }
        boolean right =
                (told.isEmpty() || told.equals(hash)) && hex(mac(key, text)).equals(parts.group(5));
        return right ? Optional.empty() : Optional.of("InvalidSignatureException");
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    private static byte[] mac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
