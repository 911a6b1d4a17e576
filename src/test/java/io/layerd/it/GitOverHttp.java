package io.layerd.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves a directory over HTTP: repositories by git's own program, other files as they are. */
final class GitOverHttp implements AutoCloseable {
  private final Path root;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  GitOverHttp(Path root) throws IOException {
    this.root = root;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.setExecutor(threads);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.contains(".git/")) {
        git(exchange, path);
        return;
      }
      Path file = root.resolve(path.substring(1));
      if (!Files.isRegularFile(file)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] bytes = Files.readAllBytes(file);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private void git(HttpExchange exchange, String path) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    var environment = builder.environment();
    environment.put("GIT_PROJECT_ROOT", root.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("PATH_INFO", path);
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put(
        "QUERY_STRING", Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""));
    environment.put("CONTENT_TYPE", header(exchange, "Content-Type"));
    environment.put("HTTP_CONTENT_ENCODING", header(exchange, "Content-Encoding"));
    environment.put("GIT_PROTOCOL", header(exchange, "Git-Protocol"));
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      exchange.getRequestBody().transferTo(in);
    }
    byte[] answer = process.getInputStream().readAllBytes();
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    int status = 200;
    for (String line : text.substring(0, end).split("\r\n")) {
      String[] halves = line.split(": ", 2);
      if (halves[0].equals("Status")) {
        status = Integer.parseInt(halves[1].substring(0, 3));
      } else {
        exchange.getResponseHeaders().set(halves[0], halves[1]);
      }
    }
    int length = answer.length - end - 4;
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    exchange.getResponseBody().write(answer, end + 4, length);
  }

  private static String header(HttpExchange exchange, String name) {
    return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
