package io.layerd.registry;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Sends one request and hands the answer out as soon as its head is there. */
final class Transport {
  private static final int MAX_REDIRECTS = 10;

  /** The answer's head comes after the whole body was sent. */
  private static final Duration UPLOAD = Duration.ofDays(1);

  private static final String AGENT =
      "layerd/0.1 ("
          + System.getProperty("os.name", "linux")
          + "; "
          + System.getProperty("os.arch", "")
          + ")";

  private final HttpClient client;
  private final Proxies proxies;
  private final Duration stall;

  Transport(HttpClient client, Proxies proxies, Duration stall) {
    this.client = client;
    this.proxies = proxies;
    this.stall = stall;
  }

  /**
   * An answer.
   *
   * @param body to be closed; ends the connection if not read to its end
   */
  record Answer(URI uri, int status, HttpResponse<ResponseStream> head, ResponseStream body)
      implements AutoCloseable {
    @Nullable String header(String name) {
      return head.headers().firstValue(name).orElse(null);
    }

    @Override
    public void close() {
      body.close();
    }
  }

  /** GET, following redirects; a redirect to another host takes no credentials along. */
  Answer get(URI start, Map<String, String> headers, @Nullable String authorization, Abort abort)
      throws IOException {
    URI uri = start;
    String credentials = authorization;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpRequest.Builder request = HttpRequest.newBuilder(uri).GET();
      headers.forEach(request::header);
      if (credentials != null) {
        request.header("Authorization", credentials);
      }
      Answer answer = send(request, uri, abort);
      String location = answer.header("Location");
      if (answer.status() / 100 != 3 || answer.status() == 304 || location == null) {
        return answer;
      }
      answer.close();
      URI next = uri.resolve(location);
      if (!sameOrigin(uri, next)) {
        credentials = null;
      }
      uri = next;
    }
    throw new IOException("stopped after " + MAX_REDIRECTS + " redirects");
  }

  /** One request of any kind, without redirects; bodies of unknown length may take their time. */
  Answer exchange(
      String method,
      URI uri,
      Map<String, String> headers,
      HttpRequest.BodyPublisher body,
      @Nullable String authorization,
      Abort abort)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, body);
    headers.forEach(request::header);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return send(request, uri, body.contentLength() < 0 ? UPLOAD : stall, abort);
  }

  /** POST of a form. */
  Answer post(URI uri, String form, Abort abort) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    return send(request, uri, abort);
  }

  private static boolean sameOrigin(URI left, URI right) {
    return left.getScheme().equals(right.getScheme())
        && left.getHost().equalsIgnoreCase(right.getHost())
        && left.getPort() == right.getPort();
  }

  private Answer send(HttpRequest.Builder builder, URI uri, Abort abort) throws IOException {
    return send(builder, uri, stall, abort);
  }

  private Answer send(HttpRequest.Builder builder, URI uri, Duration patience, Abort abort)
      throws IOException {
    abort.check();
    if (uri.getHost() == null
        || !("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
      throw new SystemFailure("invalid registry address \"" + uri + "\"");
    }
    builder.timeout(patience).header("User-Agent", AGENT);
    String proxy = proxies.authorization(uri);
    if (proxy != null) {
      builder.header("Proxy-Authorization", proxy);
    }
    CompletableFuture<HttpResponse<ResponseStream>> pending =
        client.sendAsync(builder.build(), _ -> new ResponseStream(stall));
    try (Abort.Registration _ = abort.onAbort(() -> pending.cancel(true))) {
      HttpResponse<ResponseStream> head = pending.get();
      return new Answer(uri, head.statusCode(), head, head.body());
    } catch (ExecutionException e) {
      abort.check();
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (CancellationException e) {
      abort.check();
      throw new IOException("canceled", e);
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }
}
