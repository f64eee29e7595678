package io.pgbackup.core.engine.wal;

import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers one request: {@code GET /push/<name>} or {@code GET /fetch/<identity>/<name>}, in as much of HTTP as curl needs. 200 done, 404 no such file, 500
 * anything else, with the reason as text. Safe for use by many threads.
 */
final class CommandAnswers {
    private static final Pattern PUSH = Pattern.compile("GET /push/([0-9A-Za-z.]{1,64}) HTTP/1\\.[01]");
    private static final Pattern FETCH = Pattern.compile("GET /fetch/([0-9]{1,6})/([0-9A-Za-z.]{1,64}) HTTP/1\\.[01]");
    private static final int LONGEST_REQUEST = 8192;

    private final PushAhead pushes;
    private final FetchAhead fetches;

    CommandAnswers(PushAhead pushes, FetchAhead fetches) {
        this.pushes = pushes;
        this.fetches = fetches;
    }

    void answer(SocketChannel connection) throws IOException {
        InputStream in = Channels.newInputStream(connection);
        OutputStream out = Channels.newOutputStream(connection);
        String request = firstLine(in);
        Matcher push = PUSH.matcher(request);
        Matcher fetch = FETCH.matcher(request);
        try {
            if (push.matches()) {
                pushes.push(push.group(1));
                text(out, "200 OK", "");
            } else if (fetch.matches()) {
                give(connection, fetches.fetch(Integer.parseInt(fetch.group(1)), fetch.group(2)));
            } else {
                text(out, "400 Bad Request", "not a request of pgbackup's commands\n");
            }
        } catch (PgBackupException e) {
            text(out, "500 Failed", e.code() + ": " + e.getMessage() + "\nhint: " + e.hint() + "\n");
        }
    }

    private static void give(SocketChannel connection, Optional<Path> found) throws IOException {
        OutputStream out = Channels.newOutputStream(connection);
        if (found.isEmpty()) {
            text(out, "404 Not Found", "");
            return;
        }
        Path file = found.get();
        try (FileChannel content = FileChannel.open(file)) {
            head(out, "200 OK", content.size());
            long sent = 0;
            while (sent < content.size()) {
                sent += content.transferTo(sent, content.size() - sent, connection);
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void text(OutputStream out, String status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        head(out, status, body.length);
        out.write(body);
    }

    private static void head(OutputStream out, String status, long length) throws IOException {
        String head = "HTTP/1.0 " + status + "\r\nContent-Length: " + length + "\r\nConnection: close\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads the request to its empty line, so that closing the connection does not cut the answer off. */
    private static String firstLine(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.length() < LONGEST_REQUEST && request.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the request ended early");
            }
            request.append((char) next);
        }
        return request.substring(0, Math.max(0, request.indexOf("\r\n")));
    }
}
