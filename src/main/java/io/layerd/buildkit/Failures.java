package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors of a build, with the place in the Dockerfile that clients show. */
final class Failures {
  private static final Pattern LINE =
      Pattern.compile("(?:dockerfile parse error|parse error).*line (\\d+)");

  /** How errors begin that hold more than what is said of the step. */
  private static final Pattern BEFORE =
      Pattern.compile(
          "(failed to (compute|load) cache key|failed to load LLB"
              + "|[^ ]+: failed to resolve source metadata for [^ ]+): ");

  /** How those begin that are shown without a place. */
  private static final Pattern NOWHERE =
      Pattern.compile("failed to load (cache key|LLB): .*|digest mismatch sha256:.*");

  private Failures() {}

  /** What differs in BuildKit's words from those of the classic builder. */
  static String said(String message, String file) {
    return message
        .replace("the Dockerfile (" + file + ") cannot be empty", "the Dockerfile cannot be empty")
        .replaceFirst("^failed to parse " + Pattern.quote(file) + ": ", "")
        .replaceFirst("^Invalid containerPort", "invalid containerPort");
  }

  /** What is said of the step alone. */
  static String ofVertex(String message) {
    Matcher before = BEFORE.matcher(message);
    return before.lookingAt() ? message.substring(before.end()) : message;
  }

  /** The line that a message of the parser names; 0 for none. */
  static int line(String message) {
    Matcher line = LINE.matcher(message);
    return line.find() ? Integer.parseInt(line.group(1)) : 0;
  }

  /** {@code SourceInfo} of a Dockerfile. */
  static WireWriter file(String name, String text) {
    return new WireWriter()
        .text(1, name)
        .bytes(2, text.getBytes(StandardCharsets.UTF_8))
        .text(4, "Dockerfile");
  }

  /** {@code Range} of one line. */
  static WireWriter range(int line) {
    WireWriter position = new WireWriter().number(1, line);
    return new WireWriter().message(1, position).message(2, position);
  }

  /**
   * @param line from 1; 0 for no place
   */
  static RpcException at(String message, String file, String text, int line) {
    if (line <= 0 || text.isEmpty() || NOWHERE.matcher(message).lookingAt()) {
      return new RpcException(RpcException.UNKNOWN, message);
    }
    WireWriter source = new WireWriter().message(1, file(file, text)).message(2, range(line));
    WireWriter any =
        new WireWriter().text(1, "type.googleapis.com/errdefs.Source").bytes(2, source.toBytes());
    WireWriter status =
        new WireWriter().number(1, RpcException.UNKNOWN).text(2, message).message(3, any);
    return new RpcException(RpcException.UNKNOWN, message, status.toBytes());
  }
}
