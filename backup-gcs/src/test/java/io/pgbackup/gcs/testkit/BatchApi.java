package io.pgbackup.gcs.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Many requests in one. */
final class BatchApi {
    private static final int MOST = 100;
    private static final String BOUNDARY = "batch_answers";

    /** How a request within is answered. */
    interface Inner {
        Reply answer(Request request);
    }

    private BatchApi() {}

    static Reply handle(Request batch, Inner inner) throws Refusal {
        List<Multipart.Part> parts = Multipart.parse(batch.header("content-type"), "multipart/mixed", batch.body());
        if (parts.size() > MOST) {
            throw Refusal.invalid("a batch of " + parts.size() + " requests");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Multipart.Part part : parts) {
            append(
                    body,
                    "--" + BOUNDARY + "\r\nContent-Type: application/http\r\nContent-ID: <response-"
                            + part.headers().getOrDefault("content-id", "").replace("<", "") + "\r\n\r\n");
            write(body, answer(part, inner));
        }
        append(body, "--" + BOUNDARY + "--\r\n");
        return new Reply(200, Map.of("Content-Type", "multipart/mixed; boundary=" + BOUNDARY), body.toByteArray());
    }

    private static Reply answer(Multipart.Part part, Inner inner) {
        String text = new String(part.body(), StandardCharsets.ISO_8859_1);
        int firstLine = text.indexOf("\r\n");
        int blank = text.indexOf("\r\n\r\n");
        String[] words = text.substring(0, firstLine).split(" ");
        int end = blank < 0 ? text.length() : blank;
        byte[] body = Arrays.copyOfRange(part.body(), Math.min(text.length(), end + 4), part.body().length);
        String uri = words[1].replaceFirst("^https?://[^/]+", "");
        try {
            return inner.answer(Request.parse(words[0], uri, Multipart.headers(text.substring(firstLine, end)), body));
        } catch (Refusal e) {
            return e.reply();
        }
    }

    private static void write(ByteArrayOutputStream body, Reply reply) {
        append(body, "HTTP/1.1 " + reply.status() + " Whatever\r\n");
        reply.headers().forEach((name, value) -> append(body, name + ": " + value + "\r\n"));
        append(body, "Content-Length: " + reply.body().length + "\r\n\r\n");
        body.writeBytes(reply.body());
        append(body, "\r\n");
    }

    private static void append(ByteArrayOutputStream body, String text) {
        body.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
