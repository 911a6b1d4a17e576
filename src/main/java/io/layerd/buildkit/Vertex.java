package io.layerd.buildkit;

import io.layerd.dockerfile.CheckRule;
import io.layerd.oci.Digest;
import io.layerd.rpc.WireWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line of a build's progress, and what hangs on it. */
final class Vertex {
  /** The error by which clients know that there was none. */
  static final String CANCELED = "context canceled";

  private static final int MOST_PROGRESS_NANOS = 50_000_000;

  private final SolveLog log;
  private final String digest;
  private final String name;
  private final Instant started = Instant.now();
  private final Map<String, Instant> statuses = new LinkedHashMap<>();
  private final Map<String, Long> said = new LinkedHashMap<>();
  private boolean cached;
  private boolean ended;

  private Vertex(SolveLog log, String digest, String name) {
    this.log = log;
    this.digest = digest;
    this.name = name;
  }

  /**
   * Begins one.
   *
   * @param identity tells it from others of the build
   */
  static Vertex begin(SolveLog log, String identity, String name) {
    String digest = Digest.of(identity.getBytes(StandardCharsets.UTF_8)).toString();
    Vertex vertex = new Vertex(log, digest, name);
    log.began();
    log.vertex(vertex.head());
    return vertex;
  }

  private WireWriter head() {
    return new WireWriter().text(1, digest).text(3, name).flag(4, cached).time(5, started);
  }

  synchronized void cached() {
    cached = true;
  }

  synchronized void end() {
    end(null);
  }

  synchronized void end(@Nullable String error) {
    if (ended) {
      return;
    }
    ended = true;
    log.finished(cached);
    WireWriter end = head().time(6, Instant.now());
    log.vertex(error == null ? end : end.text(7, error));
  }

  void output(int stream, byte[] data) {
    log.log(
        new WireWriter().text(1, digest).time(2, Instant.now()).number(3, stream).bytes(4, data));
  }

  void warn(String text) {
    log.warning(
        new WireWriter()
            .text(1, digest)
            .number(2, 1)
            .bytes(3, text.getBytes(StandardCharsets.UTF_8)));
  }

  /** What can be said better, with the place in a file and a page that explains it. */
  void warn(String text, CheckRule rule, WireWriter source, WireWriter range) {
    log.warning(
        new WireWriter()
            .text(1, digest)
            .number(2, 1)
            .bytes(3, text.getBytes(StandardCharsets.UTF_8))
            .bytes(4, rule.description().getBytes(StandardCharsets.UTF_8))
            .text(5, rule.url())
            .message(6, source)
            .message(7, range));
  }

  /** A part of the work that is done at once. */
  void did(String what) {
    progress(what, 0, 0, true);
  }

  /**
   * How a part of the work goes on; not every call is passed on.
   *
   * @param total 0 if unknown
   */
  synchronized void progress(String what, long current, long total, boolean done) {
    Instant now = Instant.now();
    Instant begun = statuses.computeIfAbsent(what, _ -> now);
    Long before = said.get(what);
    long nanos = System.nanoTime();
    if (!done && before != null && nanos - before < MOST_PROGRESS_NANOS) {
      return;
    }
    said.put(what, nanos);
    WireWriter status =
        new WireWriter()
            .text(1, what)
            .text(2, digest)
            .text(3, what)
            .number(4, current)
            .number(5, total)
            .time(6, now)
            .time(7, begun);
    log.status(done ? status.time(8, now) : status);
  }
}
