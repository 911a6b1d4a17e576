package io.layerd.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A registry's refusal. The message is composed as dockerd composes it: {@code manifest unknown:
 * manifest unknown}, or only the code where the registry had nothing to add.
 *
 * <p>OCI distribution-spec, "Error Codes".
 */
final class RegistryError extends IOException {
  private static final long serialVersionUID = 1L;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_BODY = 64 * 1024;

  /** What each code says by itself; an error that says just that, without details, is bare. */
  private static final Map<String, String> STANDARD =
      Map.ofEntries(
          Map.entry("UNKNOWN", "unknown error"),
          Map.entry("UNSUPPORTED", "The operation is unsupported."),
          Map.entry("UNAUTHORIZED", "authentication required"),
          Map.entry("DENIED", "requested access to the resource is denied"),
          Map.entry("UNAVAILABLE", "service unavailable"),
          Map.entry("TOOMANYREQUESTS", "too many requests"),
          Map.entry("NAME_INVALID", "invalid repository name"),
          Map.entry("NAME_UNKNOWN", "repository name not known to registry"),
          Map.entry("TAG_INVALID", "manifest tag did not match URI"),
          Map.entry("MANIFEST_UNKNOWN", "manifest unknown"),
          Map.entry("MANIFEST_INVALID", "manifest invalid"),
          Map.entry("BLOB_UNKNOWN", "blob unknown to registry"));

  private final int status;
  private final String code;
  private final boolean bare;

  RegistryError(int status, String code, boolean bare, String message) {
    super(message);
    this.status = status;
    this.code = code;
    this.bare = bare;
  }

  /** Never absent. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? code : message;
  }

  int status() {
    return status;
  }

  /** Such as MANIFEST_UNKNOWN; empty if the answer was not an error document. */
  String code() {
    return code;
  }

  /** Whether the registry gave only the code. */
  boolean bare() {
    return bare;
  }

  private static RegistryError coded(int status, String code, String message) {
    return new RegistryError(status, code, false, words(code) + ": " + message);
  }

  private static String words(String code) {
    return code.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Reads the error out of an answer and closes it. */
  static RegistryError of(Transport.Answer answer) {
    HttpResponse<?> head = answer.head();
    byte[] body;
    try (answer) {
      body = answer.body().readNBytes(MAX_BODY);
    } catch (IOException e) {
      body = new byte[0];
    }
    List<Challenge> challenges = Challenge.parse(head.headers().allValues("WWW-Authenticate"));
    if (answer.status() == 401) {
      for (Challenge challenge : challenges) {
        String code =
            switch (challenge.parameter("error")) {
              case "invalid_token" -> "UNAUTHORIZED";
              case "insufficient_scope" -> "DENIED";
              default -> "";
            };
        if (challenge.scheme().equals("bearer") && !code.isEmpty()) {
          String said = challenge.parameter("error_description");
          return coded(401, code, said.isEmpty() ? STANDARD.getOrDefault(code, code) : said);
        }
      }
    }
    return of(answer.status(), answer.header("Content-Type"), body);
  }

  static RegistryError of(int status, @Nullable String contentType, byte[] body) {
    if (status < 400 || status >= 500) {
      return new RegistryError(
          status, "", false, "received unexpected HTTP status: " + StatusText.of(status));
    }
    String text = new String(body, StandardCharsets.UTF_8);
    if (contentType == null || !contentType.split(";", 2)[0].strip().endsWith("json")) {
      String code = codeFor(status);
      return text.isBlank()
          ? new RegistryError(status, code, true, words(code))
          : coded(status, code, text.strip());
    }
    JsonNode tree;
    try {
      tree = MAPPER.readTree(body);
    } catch (IOException e) {
      return new RegistryError(
          status,
          status == 401 ? "UNAUTHORIZED" : "",
          true,
          "error parsing HTTP " + status + " response body: \"" + text + "\"");
    }
    String details = tree.path("details").asText("");
    if (!details.isEmpty()) {
      return coded(status, codeFor(status), details);
    }
    return listed(status, tree.path("errors"), text);
  }

  private static RegistryError listed(int status, JsonNode errors, String text) {
    List<RegistryError> all = new ArrayList<>();
    for (JsonNode error : errors) {
      String code = error.path("code").asText("UNKNOWN");
      String message = error.path("message").asText("");
      JsonNode detail = error.path("detail");
      boolean empty = detail.isMissingNode() || detail.isNull();
      boolean bare =
          empty && (message.isEmpty() || message.equals(STANDARD.getOrDefault(code, "")));
      all.add(
          bare ? new RegistryError(status, code, true, words(code)) : coded(status, code, message));
    }
    if (all.isEmpty()) {
      return new RegistryError(
          status,
          status == 401 ? "UNAUTHORIZED" : "",
          true,
          "error parsing HTTP "
              + status
              + " response body: no error details found in HTTP response body: \""
              + text
              + "\"");
    }
    return all.getFirst();
  }

  private static String codeFor(int status) {
    return switch (status) {
      case 401 -> "UNAUTHORIZED";
      case 403 -> "DENIED";
      case 429 -> "TOOMANYREQUESTS";
      default -> "UNKNOWN";
    };
  }
}
