package io.layerd.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A registry that answers what it is told, and remembers what it was asked. */
public final class TestRegistry implements AutoCloseable {
  /** Answers a request in place of the registry; says whether it did. */
  public interface Trick {
    boolean answer(HttpExchange exchange, String path) throws IOException;
  }

  private record Document(String type, byte[] body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Document> documents = new ConcurrentHashMap<>();
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Trick trick = (_, _) -> false;

  public TestRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** Method, path, Range and Authorization of all requests so far. */
  public List<String> requests() {
    return requests;
  }

  /** Forgets everything. */
  public void reset() {
    documents.clear();
    blobs.clear();
    requests.clear();
    trick = (_, _) -> false;
  }

  public void trick(Trick newTrick) {
    trick = newTrick;
  }

  public byte @Nullable [] blob(Digest digest) {
    return blobs.get(digest.toString());
  }

  public Digest addBlob(byte[] content) {
    Digest digest = Digest.of(content);
    blobs.put(digest.toString(), content);
    return digest;
  }

  /** Replaces what is served under a digest, or takes it away. */
  public void corrupt(Digest digest, byte[] content) {
    if (content.length == 0) {
      blobs.remove(digest.toString());
    } else {
      blobs.put(digest.toString(), content);
    }
  }

  public Digest addManifest(String repository, String tag, String type, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.of(body);
    documents.put(repository + "/manifests/" + tag, new Document(type, body));
    documents.put(repository + "/manifests/" + digest, new Document(type, body));
    return digest;
  }

  public static byte[] gzip(byte[] raw) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(raw);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Bytes that do not compress. */
  public static byte[] noise(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  public static String descriptor(String type, byte[] content) {
    return "{\"mediaType\":\""
        + type
        + "\",\"size\":"
        + content.length
        + ",\"digest\":\""
        + Digest.of(content)
        + "\"}";
  }

  /** A configuration whose layers are these tars. */
  public static byte[] config(String extra, List<byte[]> tars) {
    StringBuilder ids = new StringBuilder();
    StringBuilder history = new StringBuilder();
    for (byte[] tar : tars) {
      String comma = ids.isEmpty() ? "" : ",";
      ids.append(comma).append('"').append(Digest.of(tar)).append('"');
      history.append(comma).append("{\"created_by\":\"step\"}");
    }
    return ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"sh\"]"
            + extra
            + "},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
            + ids
            + "]},\"history\":["
            + history
            + "]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Adds an image of uncompressed layers, sent as gzip, and returns its manifest's digest. */
  public Digest addImage(String repository, String tag, List<byte[]> tars) {
    byte[] config = config("", tars);
    addBlob(config);
    StringBuilder layers = new StringBuilder();
    for (byte[] tar : tars) {
      byte[] packed = gzip(tar);
      addBlob(packed);
      layers
          .append(layers.isEmpty() ? "" : ",")
          .append(descriptor(MediaTypes.DOCKER_LAYER_GZIP, packed));
    }
    return addManifest(
        repository,
        tag,
        MediaTypes.DOCKER_MANIFEST,
        manifest(descriptor(MediaTypes.DOCKER_CONFIG, config), layers.toString()));
  }

  public static String manifest(String config, String layers) {
    return "{\"schemaVersion\":2,\"mediaType\":\""
        + MediaTypes.DOCKER_MANIFEST
        + "\",\"config\":"
        + config
        + ",\"layers\":["
        + layers
        + "]}";
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    requests.add(
        exchange.getRequestMethod()
            + " "
            + URLDecoder.decode(path, StandardCharsets.UTF_8)
            + header(exchange, "Range")
            + header(exchange, "Authorization"));
    try (exchange) {
      if (!trick.answer(exchange, path)) {
        serve(exchange, path);
      }
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : " " + value;
  }

  private void serve(HttpExchange exchange, String path) throws IOException {
    if (path.equals("/v2/")) {
      answer(exchange, 200, "application/json", "{}");
      return;
    }
    if (path.contains("/blobs/")) {
      byte[] blob = blobs.get(path.substring(path.lastIndexOf('/') + 1));
      if (blob != null) {
        sendBlob(exchange, blob);
        return;
      }
      error(exchange, 404, "BLOB_UNKNOWN", "blob unknown to registry");
      return;
    }
    if (path.endsWith("/tags/list")) {
      String start = path.substring(4, path.length() - "/tags/list".length()) + "/manifests/";
      String tags =
          String.join(
              "\",\"",
              documents.keySet().stream()
                  .filter(key -> key.startsWith(start) && !key.contains("sha256:"))
                  .map(key -> key.substring(start.length()))
                  .sorted()
                  .toList());
      answer(exchange, 200, "application/json", "{\"tags\":[\"" + tags + "\"]}");
      return;
    }
    Document document = documents.get(path.substring(4));
    if (document == null) {
      error(exchange, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      return;
    }
    exchange.getResponseHeaders().set("Docker-Content-Digest", Digest.of(document.body).toString());
    answer(exchange, 200, document.type, new String(document.body, StandardCharsets.UTF_8));
  }

  /** The blob, or the part that was asked for. */
  public static void sendBlob(HttpExchange exchange, byte[] blob) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (range != null) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (blob.length - 1) + "/" + blob.length);
    }
    int length = blob.length - from;
    exchange.sendResponseHeaders(range == null ? 200 : 206, length == 0 ? -1 : length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(blob, from, length);
    }
  }

  /** Promises the whole blob, sends a part and drops the connection. */
  public static void sendPart(HttpExchange exchange, byte[] blob, int from, int until)
      throws IOException {
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (blob.length - 1) + "/" + blob.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, blob.length - from);
    OutputStream out = exchange.getResponseBody();
    out.write(blob, from, until - from);
    out.flush();
    exchange.close();
  }

  public static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** An error with details, as real registries send it. */
  public static void error(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    answer(
        exchange,
        status,
        "application/json",
        "{\"errors\":[{\"code\":\""
            + code
            + "\",\"message\":\""
            + message
            + "\",\"detail\":{\"x\":1}}]}");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
