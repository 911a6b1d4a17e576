package io.layerd.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A registry of the distribution spec that misbehaves as told: slow, cut off, behind a login. */
final class FakeRegistry implements AutoCloseable {
  private static final Pattern MANIFEST = Pattern.compile("/v2/(.+)/manifests/(.+)");
  private static final Pattern BLOB = Pattern.compile("/v2/(.+)/blobs/(.+)");
  private static final int CHUNK_BYTES = 16 * 1024;
  private static final String TOKEN = "let-me-in";

  private final HttpServer server;
  private final Map<String, TestImage> images = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Login login = Login.NONE;
  private volatile int bytesPerSecond = Integer.MAX_VALUE;
  private volatile int cutAfterBytes = Integer.MAX_VALUE;
  private volatile int cuts;
  private final AtomicInteger sending = new AtomicInteger();
  private final AtomicInteger mostSending = new AtomicInteger();

  enum Login {
    NONE,
    BASIC,
    BEARER
  }

  FakeRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.setExecutor(Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory()));
    server.createContext("/", this::answer);
    server.start();
  }

  /** Puts an image there; answers the reference to pull. */
  String put(String name, String tag, TestImage image) {
    images.put(name + ":" + tag, image);
    return host() + "/" + name + ":" + tag;
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** User "user" with password "secret" may read. */
  FakeRegistry require(Login how) {
    login = how;
    return this;
  }

  /** Limits each blob's speed; 0 holds blobs for good. */
  FakeRegistry slow(int bytesEachSecond) {
    bytesPerSecond = bytesEachSecond;
    return this;
  }

  /** Closes the connection of the next blob answers after so many bytes. */
  FakeRegistry cut(int afterBytes, int times) {
    cutAfterBytes = afterBytes;
    cuts = times;
    return this;
  }

  /** How many layers were sent at a time, at most. */
  int mostAtATime() {
    return mostSending.get();
  }

  /** Requests so far: method, path, and the range if there was one. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String range = exchange.getRequestHeaders().getFirst("Range");
      requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
      if (path.equals("/token")) {
        token(exchange);
      } else if (!allowed(exchange)) {
        refuse(exchange);
      } else if (path.equals("/v2/")) {
        send(exchange, 200, "application/json", "{}".getBytes(StandardCharsets.UTF_8));
      } else {
        content(exchange, path, range);
      }
    }
  }

  private void content(HttpExchange exchange, String path, String range) throws IOException {
    Matcher manifest = MANIFEST.matcher(path);
    if (manifest.matches()) {
      TestImage image = manifest(manifest.group(1), manifest.group(2));
      if (image == null) {
        error(exchange, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      } else {
        exchange.getResponseHeaders().set("Docker-Content-Digest", image.digest());
        send(exchange, 200, image.mediaType(), image.manifest());
      }
      return;
    }
    Matcher blob = BLOB.matcher(path);
    byte[] bytes = blob.matches() ? blob(blob.group(1), blob.group(2)) : null;
    if (bytes == null) {
      error(exchange, 404, "BLOB_UNKNOWN", "blob unknown to registry");
    } else {
      sendBlob(exchange, bytes, range);
    }
  }

  private TestImage manifest(String name, String reference) {
    TestImage tagged = images.get(name + ":" + reference);
    if (tagged != null) {
      return tagged;
    }
    for (Map.Entry<String, TestImage> entry : images.entrySet()) {
      if (entry.getKey().startsWith(name + ":")) {
        TestImage image = entry.getValue();
        if (image.digest().equals(reference)) {
          return image;
        }
        if (image.children().containsKey(reference)) {
          return image.children().get(reference);
        }
      }
    }
    return null;
  }

  private byte[] blob(String name, String digest) {
    for (Map.Entry<String, TestImage> entry : images.entrySet()) {
      if (entry.getKey().startsWith(name + ":") && entry.getValue().blobs().containsKey(digest)) {
        return entry.getValue().blobs().get(digest);
      }
    }
    return null;
  }

  private void sendBlob(HttpExchange exchange, byte[] all, String range) throws IOException {
    int from = 0;
    if (range != null && range.startsWith("bytes=")) {
      from = Integer.parseInt(range.substring(6).split("-")[0]);
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, all.length - 1, all.length));
    }
    exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
    exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
    int length = all.length - from;
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(range == null ? 200 : 206, head || length == 0 ? -1 : length);
    if (head) {
      return;
    }
    OutputStream body = exchange.getResponseBody();
    // A client may ask for the next one as soon as it has the last byte: over before that.
    boolean layer = all.length > CHUNK_BYTES;
    if (layer) {
      mostSending.accumulateAndGet(sending.incrementAndGet(), Math::max);
    }
    int end = takeCut(length) ? from + cutAfterBytes : all.length;
    for (int at = from; at < end; ) {
      pause();
      int step = Math.min(Math.min(CHUNK_BYTES, Math.max(1, bytesPerSecond / 20)), end - at);
      if (layer && at + step == all.length) {
        sending.decrementAndGet();
      }
      body.write(all, at, step);
      body.flush();
      at += step;
    }
  }

  private synchronized boolean takeCut(int length) {
    if (cuts > 0 && length > cutAfterBytes) {
      cuts--;
      return true;
    }
    return false;
  }

  private void pause() throws IOException {
    try {
      while (bytesPerSecond == 0) {
        Thread.sleep(50);
      }
      if (bytesPerSecond < Integer.MAX_VALUE) {
        Thread.sleep(Math.min(50, 1000L * CHUNK_BYTES / bytesPerSecond));
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private boolean allowed(HttpExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    return switch (login) {
      case NONE -> true;
      case BASIC -> rightPassword(given);
      case BEARER -> ("Bearer " + TOKEN).equals(given);
    };
  }

  private static boolean rightPassword(String authorization) {
    String expected =
        Base64.getEncoder().encodeToString("user:secret".getBytes(StandardCharsets.UTF_8));
    return ("Basic " + expected).equals(authorization);
  }

  private void token(HttpExchange exchange) throws IOException {
    if (rightPassword(exchange.getRequestHeaders().getFirst("Authorization"))) {
      String json = "{\"token\":\"%s\",\"expires_in\":300}".formatted(TOKEN);
      send(exchange, 200, "application/json", json.getBytes(StandardCharsets.UTF_8));
    } else {
      error(exchange, 401, "UNAUTHORIZED", "incorrect username or password");
    }
  }

  private void refuse(HttpExchange exchange) throws IOException {
    exchange
        .getResponseHeaders()
        .set(
            "WWW-Authenticate",
            login == Login.BASIC
                ? "Basic realm=\"test\""
                : "Bearer realm=\"http://%s/token\",service=\"test\"".formatted(host()));
    error(exchange, 401, "UNAUTHORIZED", "authentication required");
  }

  private static void error(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    String json = "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\"}]}".formatted(code, message);
    send(exchange, status, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Docker-Distribution-Api-Version", "registry/2.0");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
