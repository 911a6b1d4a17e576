package io.layerd.api;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What every request passes first: the version in its path is checked and cut off, so that one
 * router serves {@code /info} and {@code /v1.51/info}, and the headers every answer has are set.
 */
public final class ApiFront implements Handler<HttpServerRequest> {
  private static final Pattern VERSIONED = Pattern.compile("/v([0-9][0-9.]*)(/.*)");
  private static final Pattern UNCLEAN = Pattern.compile("//|/\\.{1,2}(/|$)");
  private static final Pattern HEAD_PATHS =
      Pattern.compile("/_ping|/containers/[^/]+/archive|/q/health.*");

  /** The {@code Date} header of one second, printed once. */
  private record Stamp(long second, CharSequence text) {}

  private static final CharSequence DATE = text("Date");

  /** With words of its own: those of a locale are looked up, which took 10 ms of a start. */
  private static final DateTimeFormatter HTTP_DATE =
      new DateTimeFormatterBuilder()
          .appendText(ChronoField.DAY_OF_WEEK, words("Mon Tue Wed Thu Fri Sat Sun"))
          .appendPattern(", dd ")
          .appendText(
              ChronoField.MONTH_OF_YEAR, words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"))
          .appendPattern(" uuuu HH:mm:ss 'GMT'")
          .toFormatter(Locale.ROOT);

  private volatile Stamp stamp = new Stamp(-1, "");
  private final Handler<HttpServerRequest> router;

  /** Names and values of the headers every answer has, in turns; encoded once. */
  private final CharSequence[] standard;

  private final Admission admission;

  /** For everybody. */
  public ApiFront(Handler<HttpServerRequest> router, DaemonFacts facts) {
    this(router, facts, Admission.OPEN);
  }

  public ApiFront(Handler<HttpServerRequest> router, DaemonFacts facts, Admission admission) {
    this.router = router;
    this.standard =
        new CharSequence[] {
          text("Api-Version"), text(ApiVersion.CURRENT.toString()),
          text("Docker-Experimental"), text(facts.experimental() ? "true" : "false"),
          text("Ostype"), text("linux"),
          text("Server"), text(facts.serverHeader())
        };
    this.admission = admission;
  }

  @Override
  public void handle(HttpServerRequest request) {
    RequestLog.line(request);
    try {
      admit(request);
    } catch (RuntimeException e) {
      answer(request.response(), ErrorAnswer.of(e));
    }
  }

  private void admit(HttpServerRequest request) {
    String path = request.path() == null ? null : PathText.canonical(request.path());
    if (path == null || path.isEmpty() || path.charAt(0) != '/') {
      notFound(request.response());
      return;
    }
    if ((path.contains("//") || path.contains("/.")) && UNCLEAN.matcher(path).find()) {
      redirect(request, CleanPath.of(path));
      return;
    }
    Matcher versioned = VERSIONED.matcher(path);
    boolean hasVersion = path.startsWith("/v") && versioned.matches();
    String rest = PathText.joinName(hasVersion ? versioned.group(2) : path);
    HttpServerResponse response = request.response();
    standardHeaders(response.headers());
    ApiVersion version = ApiVersion.CURRENT;
    if (hasVersion) {
      version = ApiVersion.parse(versioned.group(1));
      if (!accepted(version, versioned.group(1), response)) {
        return;
      }
    }
    if (request.method().equals(HttpMethod.OPTIONS)) {
      response.end();
      return;
    }
    if (request.method().equals(HttpMethod.TRACE)
        || (request.method().equals(HttpMethod.HEAD) && !HEAD_PATHS.matcher(rest).matches())) {
      notFound(response);
      return;
    }
    if (rest.length() > 1 && rest.endsWith("/")) {
      notFound(response); // the router would take it for the path without the slash
      return;
    }
    if (tooLarge(request)) {
      if (request.version() != HttpVersion.HTTP_2) { // which has no such header
        request.response().putHeader("Connection", "close");
      }
      answer(request.response(), ErrorAnswer.of(JsonBody.tooLarge()));
      return;
    }
    request.headers().set(ApiVersion.HEADER, version.toString());
    boolean asSent = rest.equals(request.path());
    admission.admit(
        asSent ? request : new UnversionedRequest(request, rest), request.uri(), router);
  }

  /** Archives may be as large as they like, JSON that says so is refused before it is read. */
  private static boolean tooLarge(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    String type = request.getHeader("Content-Type");
    return length != null
        && type != null
        && type.startsWith("application/json")
        && (length.length() > 15 || Long.parseLong(length) > JsonBody.LIMIT_BYTES);
  }

  private void standardHeaders(MultiMap headers) {
    for (int i = 0; i < standard.length; i += 2) {
      headers.set(standard[i], standard[i + 1]);
    }
    date(headers);
  }

  private void date(MultiMap headers) {
    Stamp current = stamp;
    long second = System.currentTimeMillis() / 1000;
    if (current.second() != second) {
      current = new Stamp(second, text(httpDate(Instant.ofEpochSecond(second))));
      stamp = current;
    }
    headers.set(DATE, current.text());
  }

  /** Numbered from one. */
  private static Map<Long, String> words(String words) {
    Map<Long, String> numbered = new HashMap<>();
    for (String word : words.split(" ", -1)) {
      numbered.put(numbered.size() + 1L, word);
    }
    return numbered;
  }

  /** RFC 9110, 5.6.7. Java's own RFC 1123 format leaves the zero out of 01. */
  static String httpDate(Instant when) {
    return HTTP_DATE.format(when.atOffset(ZoneOffset.UTC));
  }

  private static CharSequence text(String text) {
    return HttpHeaders.createOptimized(text);
  }

  private static boolean accepted(ApiVersion version, String text, HttpServerResponse response) {
    if (version.compareTo(ApiVersion.MINIMUM) < 0) {
      response.headers().remove("Docker-Experimental");
      response
          .setStatusCode(400)
          .putHeader("Content-Type", "text/plain; charset=utf-8")
          .putHeader("X-Content-Type-Options", "nosniff")
          .end(
              "client version %s is too old. Minimum supported API version is %s, please upgrade your client to a newer version\n"
                  .formatted(text, ApiVersion.MINIMUM));
      return false;
    }
    if (version.compareTo(ApiVersion.CURRENT) > 0) {
      response.headers().remove("Docker-Experimental");
      answer(
          response,
          new ErrorAnswer(
              400,
              "client version %s is too new. Maximum supported API version is %s"
                  .formatted(text, ApiVersion.CURRENT)));
      return false;
    }
    return true;
  }

  private static void redirect(HttpServerRequest request, String path) {
    String query = request.query();
    request
        .response()
        .setStatusCode(301)
        .putHeader("Location", query == null || query.isEmpty() ? path : path + "?" + query)
        .end();
  }

  /** Docker's answer to a path it does not know: without the headers of an API answer. */
  public static void notFound(HttpServerResponse response) {
    removeStandardHeaders(response);
    answer(response, ErrorAnswer.PAGE_NOT_FOUND);
  }

  static void removeStandardHeaders(HttpServerResponse response) {
    for (String name : new String[] {"Api-Version", "Docker-Experimental", "Ostype", "Server"}) {
      response.headers().remove(name);
    }
  }

  /** Sends an error and ends the response, if it has not begun. */
  public static void answer(HttpServerResponse response, ErrorAnswer error) {
    if (response.headWritten() || response.closed()) {
      return;
    }
    response.setStatusCode(error.status());
    if (error.status() == 304) {
      response.end();
      return;
    }
    response.putHeader("Content-Type", "application/json").end(Buffer.buffer(error.body()));
  }
}
