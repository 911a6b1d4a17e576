package io.layerd.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry that takes uploads, can want tokens, and breaks when it is told to. */
final class UploadRegistry implements AutoCloseable {
  final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> tokenQueries = new CopyOnWriteArrayList<>();
  final AtomicInteger breakUploads = new AtomicInteger();
  volatile boolean wantsToken;
  volatile boolean denies;

  private final Map<String, byte[]> uploads = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  UploadRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String query = exchange.getRequestURI().getRawQuery();
      if (path.equals("/token")) {
        tokenQueries.add(URLDecoder.decode(query, StandardCharsets.UTF_8));
        answer(exchange, 200, "{\"token\":\"good\"}");
        return;
      }
      String method = exchange.getRequestMethod();
      requests.add(method + " " + path + (query == null ? "" : "?" + query));
      if (wantsToken
          && !"Bearer good".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange
            .getResponseHeaders()
            .add("WWW-Authenticate", "Bearer realm=\"http://" + host() + "/token\",service=\"s\"");
        answer(exchange, 401, error("UNAUTHORIZED", "authentication required"));
      } else if (denies && !method.equals("GET") && !method.equals("HEAD")) {
        answer(exchange, 403, error("DENIED", "not yours"));
      } else {
        serve(exchange, method, path, parameters(query));
      }
    }
  }

  private void serve(
      HttpExchange exchange, String method, String path, Map<String, String> parameters)
      throws IOException {
    String repository = path.replaceAll("^/v2/|/(blobs|manifests)/.*$", "");
    String last = path.substring(path.lastIndexOf('/') + 1);
    switch (method) {
      case "GET" -> answer(exchange, 200, "{}");
      case "HEAD" -> {
        byte[] blob = blobs.get(repository + "@" + last);
        if (blob != null) {
          exchange.getResponseHeaders().add("Content-Length", Integer.toString(blob.length));
        }
        exchange.sendResponseHeaders(blob == null ? 404 : 200, -1);
      }
      case "POST" -> {
        String mount = parameters.getOrDefault("mount", "");
        byte[] blob = blobs.get(parameters.getOrDefault("from", "") + "@" + mount);
        if (blob != null) {
          blobs.put(repository + "@" + mount, blob);
          answer(exchange, 201, "");
        } else {
          located(exchange, "/upload/" + repository + "/" + next.incrementAndGet() + "?state=a");
        }
      }
      case "PATCH" -> {
        if (breakUploads.getAndDecrement() > 0) {
          exchange.getRequestBody().readNBytes(100);
          answer(exchange, 503, "");
          return;
        }
        uploads.put(path, exchange.getRequestBody().readAllBytes());
        located(exchange, path + "?state=b");
      }
      case "PUT" -> put(exchange, path, repository, last, parameters);
      default -> answer(exchange, 405, "");
    }
  }

  private void put(
      HttpExchange exchange,
      String path,
      String repository,
      String last,
      Map<String, String> parameters)
      throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.contains("/manifests/")) {
      manifests.put(repository + ":" + last, body);
      answer(exchange, 201, "");
      return;
    }
    byte[] content = body.length > 0 ? body : uploads.getOrDefault(path, body);
    String digest = parameters.getOrDefault("digest", "");
    boolean right = Digest.of(content).toString().equals(digest);
    if (right) {
      String target = path.substring("/upload/".length(), path.lastIndexOf('/'));
      blobs.put(target + "@" + digest, content);
    }
    answer(exchange, right ? 201 : 400, right ? "" : error("DIGEST_INVALID", digest));
  }

  private static void located(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().add("Location", location);
    answer(exchange, 202, "");
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      String[] both = pair.split("=", 2);
      parameters.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
    }
    return parameters;
  }

  private static String error(String code, String message) {
    return "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\",\"detail\":{}}]}"
        .formatted(code, message);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
