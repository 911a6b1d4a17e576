package io.layerd.api.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.api.JsonBody;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.net.SocketAddress;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a plugin answered, or why it did not, in the words of dockerd and its Go. */
final class PluginWords {
  private static final Pattern CONNECT =
      Pattern.compile(
          "(?:connect|finishConnect)\\(\\.\\.\\) failed(?: with error\\(-\\d+\\))?: (.*)");

  private PluginWords() {}

  /** Why no answer came. */
  static String noAnswer(PluginAddress address, String method, Throwable failure) {
    return "Post \"http%s://%s/%s\": %s"
        .formatted(address.https() ? "s" : "", address.host(), method, reason(address, failure));
  }

  private static String reason(PluginAddress address, Throwable failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    Matcher connect = CONNECT.matcher(message);
    if (connect.matches()) {
      return dial(address, connect.group(1).split(": ", 2)[0].toLowerCase(Locale.ROOT));
    }
    return switch (failure) {
      case HttpClosedException _ -> "EOF";
      case FileNotFoundException _ -> dial(address, "no such file or directory");
      case TimeoutException _ ->
          "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
      default -> message;
    };
  }

  private static String dial(PluginAddress address, String why) {
    SocketAddress socket = address.socket();
    String where =
        socket.isDomainSocket()
            ? "unix " + socket.path()
            : "tcp " + socket.host() + ":" + socket.port();
    return "dial " + where + ": connect: " + why;
  }

  /**
   * An answer's body.
   *
   * @throws SystemFailure if it is not what a plugin may say
   */
  static JsonNode read(byte[] answer) {
    if (answer.length == 0) {
      throw new SystemFailure("EOF");
    }
    JsonNode tree;
    try {
      tree = SpecJson.MAPPER.readTree(answer);
    } catch (JsonEOFException e) {
      throw new SystemFailure("unexpected EOF", e);
    } catch (JsonProcessingException e) {
      throw new SystemFailure(JsonBody.syntax(e, answer), e);
    } catch (IOException e) {
      throw new SystemFailure(String.valueOf(e.getMessage()), e);
    }
    if (tree.isNull()) {
      return SpecJson.MAPPER.createObjectNode();
    }
    if (!tree.isObject()) {
      throw new SystemFailure(
          "json: cannot unmarshal " + kind(tree) + " into Go value of type authorization.Response");
    }
    return tree;
  }

  /**
   * Whether an answer allows what was asked; what is not said is no.
   *
   * @throws SystemFailure if its fields are of other types
   */
  static boolean allows(JsonNode answer) {
    JsonNode allow = answer.path("Allow");
    typed(allow, allow.isBoolean(), "Allow", "bool");
    for (String name : new String[] {"Msg", "Err"}) {
      JsonNode text = answer.path(name);
      typed(text, text.isTextual(), name, "string");
    }
    return allow.asBoolean(false);
  }

  private static void typed(JsonNode value, boolean fits, String name, String type) {
    if (!fits && !value.isMissingNode() && !value.isNull()) {
      throw new SystemFailure(
          "json: cannot unmarshal "
              + kind(value)
              + " into Go struct field ."
              + name
              + " of type "
              + type);
    }
  }

  private static String kind(JsonNode value) {
    return value.isBoolean() ? "bool" : value.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
