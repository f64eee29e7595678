package io.pgbackup.gcs.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The server, on a free port of the loopback address. Closing it ends everything. Safe for use by many threads. */
public final class GcsServer implements AutoCloseable {
    static {
        // Otherwise each answer waits forty milliseconds for the client's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ObjectApi objects;
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
    private final Map<Request.Operation, Queue<Misbehaviour>> plans = new EnumMap<>(Request.Operation.class);
    private volatile Predicate<Optional<String>> authorization = header -> header.isEmpty();
    private volatile boolean recordsBodies = true;
    private volatile Duration delay = Duration.ZERO;

    private GcsServer(InstantSource clock, @Nullable SSLContext tls) {
        this.objects = new ObjectApi(clock);
        for (Request.Operation operation : Request.Operation.values()) {
            plans.put(operation, new ConcurrentLinkedQueue<>());
        }
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            if (tls == null) {
                server = HttpServer.create(address, 0);
            } else {
                HttpsServer https = HttpsServer.create(address, 0);
                https.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = https;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts a server that wants no credentials.
     *
     * @return a running server without buckets
     */
    public static GcsServer start() {
        return new GcsServer(InstantSource.system(), null);
    }

    /**
     * Starts a server with a clock of its own.
     *
     * @param clock the time of the store
     * @return a running server without buckets
     */
    public static GcsServer start(InstantSource clock) {
        return new GcsServer(clock, null);
    }

    /**
     * Starts a server that speaks TLS.
     *
     * @param tls its certificate and key
     * @return a running server without buckets
     */
    public static GcsServer startTls(SSLContext tls) {
        return new GcsServer(InstantSource.system(), tls);
    }

    /**
     * The base URL.
     *
     * @return scheme, host and port
     */
    public URI url() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://localhost:" + server.getAddress().getPort());
    }

    /**
     * Makes a bucket whose objects may be locked.
     *
     * @param name of the bucket
     * @return this server
     */
    public GcsServer withBucket(String name) {
        objects.createBucket(name, StoredBucket.Locks.KEPT);
        return this;
    }

    /**
     * From now on a bucket keeps what is deleted or replaced as versions that are no longer current.
     *
     * @param bucket of this server
     */
    public void keepVersions(String bucket) {
        try {
            objects.bucket(bucket).keepVersions();
        } catch (Refusal e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Replaces an object, or makes one, without any condition.
     *
     * @param bucket of this server
     * @param name of the object
     * @param bytes its new content
     */
    public void overwrite(String bucket, String name, byte[] bytes) {
        try {
            objects.overwrite(bucket, name, bytes);
        } catch (Refusal e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Makes a bucket whose objects may have no retention.
     *
     * @param name of the bucket
     * @return this server
     */
    public GcsServer withBucketWithoutRetention(String name) {
        objects.createBucket(name, StoredBucket.Locks.NO_RETENTION);
        return this;
    }

    /**
     * Makes a bucket that takes locks and forgets them.
     *
     * @param name of the bucket
     * @return this server
     */
    public GcsServer withBucketThatIgnoresLocks(String name) {
        objects.createBucket(name, StoredBucket.Locks.IGNORED);
        return this;
    }

    /**
     * Demands credentials from now on.
     *
     * @param accepts judges the token of a request
     */
    public void requireToken(Predicate<String> accepts) {
        authorization = header -> header.isPresent()
                && header.get().startsWith("Bearer ")
                && accepts.test(header.get().substring("Bearer ".length()));
    }

    /**
     * Misbehaves at the next request of a kind; plans of one kind queue up.
     *
     * @param operation of the request
     * @param misbehaviour what happens
     */
    public void plan(Request.Operation operation, Misbehaviour misbehaviour) {
        plan(operation).add(misbehaviour);
    }

    private Queue<Misbehaviour> plan(Request.Operation operation) {
        return java.util.Objects.requireNonNull(plans.get(operation));
    }

    /**
     * Takes its time for each object from now on, as a store far away does.
     *
     * @param wanted how long a create takes at least
     */
    public void delayCreates(Duration wanted) {
        delay = wanted;
    }

    /**
     * The requests so far, those within batches too.
     *
     * @return in the order of their arrival
     */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Keeps no bodies of requests from now on: for large loads. */
    public void forgetBodies() {
        recordsBodies = false;
    }

    /**
     * The requests of one kind so far.
     *
     * @param operation which kind
     * @return in the order of their arrival
     */
    public List<Request> requests(Request.Operation operation) {
        return requests.stream()
                .filter(request -> request.operation() == operation)
                .toList();
    }

    /**
     * The objects of a bucket, by name.
     *
     * @param bucket its name
     * @return a copy of the map
     */
    public Map<String, StoredObject> objects(String bucket) {
        try {
            return new TreeMap<>(objects.bucket(bucket).objects());
        } catch (Refusal e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Puts an empty object into a bucket that no client of ours made.
     *
     * @param bucket its name
     * @param name of the object
     */
    public void putForeign(String bucket, String name) {
        try {
            objects.putForeign(bucket, name);
        } catch (Refusal e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * How many connections clients have made so far.
     *
     * @return their number
     */
    public int connections() {
        return clients.size();
    }

    private void handle(HttpExchange exchange) throws IOException {
        clients.add(exchange.getRemoteAddress());
        try (exchange) {
            Map<String, String> headers = headers(exchange);
            Request probe;
            try {
                probe = Request.parse(
                        exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, new byte[0]);
            } catch (Refusal e) {
                exchange.getRequestBody().readAllBytes();
                send(exchange, e.reply(), null);
                return;
            }
            Misbehaviour plan = plan(probe.operation()).poll();
            InputStream arriving = exchange.getRequestBody();
            if (plan instanceof Misbehaviour.BreakRequest broken) {
                arriving.readNBytes(broken.bytes());
                return;
            }
            byte[] body = arriving.readAllBytes();
            if (probe.operation() == Request.Operation.INSERT) {
                pause(delay.toMillis());
            }
            if (!isWhole(headers, body)) {
                return;
            }
            Reply reply = plan instanceof Misbehaviour.Answer answer ? answer.reply() : answer(exchange, headers, body);
            if (plan instanceof Misbehaviour.LoseReply) {
                return;
            }
            send(exchange, plan instanceof Misbehaviour.DoAndAnswer other ? other.reply() : reply, plan);
        }
    }

    /** A body that was cut off creates nothing. */
    private static boolean isWhole(Map<String, String> headers, byte[] body) {
        String length = headers.get("content-length");
        return length == null || Long.parseLong(length) == body.length;
    }

    private static Map<String, String> headers(HttpExchange exchange) {
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        return headers;
    }

    private Reply answer(HttpExchange exchange, Map<String, String> headers, byte[] body) {
        try {
            Request request = Request.parse(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
            return request.operation() == Request.Operation.BATCH
                    ? BatchApi.handle(record(request), this::answer)
                    : answer(request);
        } catch (Refusal e) {
            return e.reply();
        }
    }

    private Request record(Request request) {
        requests.add(
                recordsBodies
                        ? request
                        : new Request(
                                request.operation(), request.path(), request.query(), request.headers(), new byte[0]));
        return request;
    }

    private Reply answer(Request request) {
        record(request);
        if (!authorization.test(request.header("authorization"))) {
            return Reply.error(401, "authError", "Invalid Credentials");
        }
        try {
            return objects.handle(request);
        } catch (Refusal e) {
            return e.reply();
        }
    }

    private static void send(HttpExchange exchange, Reply reply, @Nullable Misbehaviour plan) throws IOException {
        reply.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        exchange.getResponseHeaders().set("X-GUploader-UploadID", "upload-" + System.identityHashCode(exchange));
        byte[] body = reply.body();
        if (plan instanceof Misbehaviour.FlipBit flip) {
            body = body.clone();
            body[flip.index()] ^= 1;
        }
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        if (body.length == 0) {
            return;
        }
        OutputStream out = exchange.getResponseBody();
        if (plan instanceof Misbehaviour.Stall stall) {
            out.flush();
            pause(stall.milliseconds());
        }
        boolean broken = plan instanceof Misbehaviour.BreakReply;
        out.write(body, 0, plan instanceof Misbehaviour.BreakReply cut ? cut.bytes() : body.length);
        out.flush();
        if (!broken) {
            out.close();
        }
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
