package io.layerd.api.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An authorization plugin, found and activated when it is first asked. Asked on event loops. */
final class Plugin {
  private static final String TYPE = "application/vnd.docker.plugins.v1.2+json";
  private static final int LARGEST_BYTES = 16 * 1024 * 1024;

  /** Of a length that is not worth beginning with. */
  private static final int MOST_DIGITS = 8;

  /** How long dockerd goes on trying: after 1, 2, 4 and 8 seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Requests that are asked about at once; dockerd has no limit. */
  private static final int MOST_AT_ONCE = 64;

  /** One that answers, however it does. */
  private record Active(HttpClient client, PluginAddress address) {}

  private final Vertx vertx;
  private final String name;
  private final Duration patience;
  private final Duration pause;
  private volatile @Nullable Active active;

  Plugin(Vertx vertx, String name) {
    this(vertx, name, PATIENCE, PAUSE);
  }

  /**
   * @param patience for an answer, and for one that is not there
   * @param pause before the second try; each further one is twice as long
   */
  Plugin(Vertx vertx, String name, Duration patience, Duration pause) {
    this.vertx = vertx;
    this.name = name;
    this.patience = patience;
    this.pause = pause;
  }

  String name() {
    return name;
  }

  /** Looks for it and shakes hands; waits some seconds for one that only starts. */
  Future<?> activate() {
    return active == null ? activate(1) : Future.succeededFuture();
  }

  private Future<Active> activate(int pauseUnits) {
    return vertx
        .executeBlocking(() -> find(), false)
        .compose(found -> found == null ? missing(pauseUnits) : shakeHands(found));
  }

  private @Nullable Active find() {
    PluginAddress address = PluginAddress.find(name);
    return address == null ? null : new Active(vertx.createHttpClient(options(address)), address);
  }

  private Future<Active> missing(int pauseUnits) {
    if (pause.multipliedBy(2L * pauseUnits).compareTo(patience) > 0) {
      return Future.failedFuture(new SystemFailure("plugin \"" + name + "\" not found"));
    }
    return pause(pauseUnits).compose(_ -> activate(2 * pauseUnits));
  }

  private Future<Active> shakeHands(Active found) {
    return post(found, "Plugin.Activate", Buffer.buffer())
        .map(
            manifest -> {
              for (JsonNode subsystem : manifest.path("Implements")) {
                if (subsystem.asText().equals("authz")) {
                  active = found;
                  return found;
                }
              }
              throw new SystemFailure("plugin \"" + name + "\" does not implement \"authz\"");
            })
        .onFailure(_ -> found.client().close());
  }

  private HttpClientOptions options(PluginAddress address) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setSsl(address.https())
            .setMaxPoolSize(MOST_AT_ONCE)
            .setConnectTimeout((int) patience.toMillis());
    PluginAddress.Tls tls = address.tls();
    if (tls != null) {
      options.setTrustAll(tls.insecure()).setVerifyHost(!tls.insecure());
      if (!tls.authority().isEmpty()) {
        options.setTrustOptions(new PemTrustOptions().addCertPath(tls.authority()));
      }
      if (!tls.certificate().isEmpty()) {
        options.setKeyCertOptions(
            new PemKeyCertOptions().addCertPath(tls.certificate()).addKeyPath(tls.key()));
      }
    }
    return options;
  }

  /** What it answers; fails in dockerd's words. */
  Future<JsonNode> call(String method, Map<String, Object> facts) {
    Buffer body = Buffer.buffer(SpecJson.MAPPER.valueToTree(facts).toString());
    Active known = active;
    Future<Active> ready = known == null ? activate(1) : Future.succeededFuture(known);
    return ready.compose(plugin -> post(plugin, method, body));
  }

  private Future<JsonNode> post(Active plugin, String method, Buffer body) {
    return send(plugin, method, body, System.nanoTime(), 1)
        .compose(
            response ->
                response
                    .body()
                    .recover(_ -> Future.failedFuture(new SystemFailure("unexpected EOF")))
                    .map(answer -> read(method, response.statusCode(), answer)));
  }

  /** Tries again what did not reach the plugin, as long as dockerd does. */
  private Future<HttpClientResponse> send(
      Active plugin, String method, Buffer body, long begunNanos, int pauseUnits) {
    RequestOptions options =
        new RequestOptions()
            .setServer(plugin.address().socket())
            .setHost(plugin.address().host())
            .setMethod(HttpMethod.POST)
            .setURI("/" + method)
            .setTimeout(patience.toMillis())
            .putHeader("Accept", TYPE);
    return plugin
        .client()
        .request(options)
        .compose(request -> request.send(body).compose(Plugin::bounded))
        .recover(
            failure -> {
              Duration spent = Duration.ofNanos(System.nanoTime() - begunNanos);
              boolean last = spent.plus(pause.multipliedBy(pauseUnits)).compareTo(patience) > 0;
              if (last || failure instanceof SystemFailure) {
                return Future.failedFuture(
                    failure instanceof SystemFailure
                        ? failure
                        : new SystemFailure(
                            PluginWords.noAnswer(plugin.address(), method, failure), failure));
              }
              return pause(pauseUnits)
                  .compose(_ -> send(plugin, method, body, begunNanos, 2 * pauseUnits));
            });
  }

  /** The time limit is on the head of an answer; its body is collected from here on. */
  private static Future<HttpClientResponse> bounded(HttpClientResponse response) {
    String length = response.getHeader("Content-Length");
    if (length != null && length.length() > MOST_DIGITS) {
      response.request().reset();
      return Future.failedFuture(new SystemFailure("an answer too long"));
    }
    return Future.succeededFuture(response);
  }

  private static JsonNode read(String method, int status, Buffer answer) {
    if (status != 200) {
      throw new SystemFailure(method + ": " + message(answer.toString()));
    }
    if (answer.length() > LARGEST_BYTES) {
      throw new SystemFailure(method + ": an answer too long");
    }
    return PluginWords.read(answer.getBytes());
  }

  /** Errors come as JSON or as bare text. */
  private static String message(String answer) {
    try {
      JsonNode error = SpecJson.MAPPER.readTree(answer).path("Err");
      return error.isTextual() ? error.asText() : answer.strip();
    } catch (JsonProcessingException e) {
      return answer.strip();
    }
  }

  private Future<Void> pause(int units) {
    Promise<Void> promise = Promise.promise();
    vertx.setTimer(pause.multipliedBy(units).toMillis(), _ -> promise.complete());
    return promise.future();
  }

  void close() {
    Active known = active;
    if (known != null) {
      known.client().close();
    }
  }
}
