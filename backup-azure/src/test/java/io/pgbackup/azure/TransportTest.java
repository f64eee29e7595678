package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransportTest {
    private static final Duration SILENCE = Duration.ofMillis(400);
    private final Transport transport = new Transport(Optional.empty(), SILENCE);
    private StubStore server;

    @BeforeEach
    void start() throws Exception {
        server = StubStore.http();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse send(HttpMethod method, byte[] body) {
        HttpRequest request = new HttpRequest(method, server.url() + "/some/where");
        if (body.length > 0) {
            request.setBody(body);
        }
        return transport.sendSync(request, Context.NONE);
    }

    @Test
    void aLongUploadOverASlowLineIsNoSilence() {
        AtomicLong taken = new AtomicLong();
        server.behave(exchange -> {
            // Three times as long as a silence may be, and never silent.
            long begin = System.nanoTime();
            byte[] piece = new byte[1 << 20];
            InputStream body = exchange.getRequestBody();
            for (int read = body.readNBytes(piece, 0, piece.length);
                    read > 0;
                    read = body.readNBytes(piece, 0, piece.length)) {
                long until = begin + taken.addAndGet(read) / (12 << 20) * SILENCE.toNanos() / 2;
                while (System.nanoTime() < until) {
                    LockSupport.parkNanos(until - System.nanoTime());
                }
            }
            StubStore.answer(exchange, 201, "");
            return true;
        });

        try (HttpResponse response = send(HttpMethod.PUT, new byte[72 << 20])) {
            assertThat(response.getStatusCode()).isEqualTo(201);
        }
        assertThat(taken).hasValue(72 << 20);
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        CountDownLatch end = new CountDownLatch(1);
        server.behave(exchange -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });

        assertThatThrownBy(() -> send(HttpMethod.GET, new byte[0])).hasStackTraceContaining("HttpTimeoutException");
        end.countDown();
    }
}
