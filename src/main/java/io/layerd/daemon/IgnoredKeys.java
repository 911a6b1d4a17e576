package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks values that layerd does not act on as dockerd checks them, so that {@code --validate} says
 * of a file what dockerd says of it.
 */
final class IgnoredKeys {
  private static final Pattern SIZE = Pattern.compile("\\d+(\\.\\d+)? ?([kKmMgGtTpP]?[iI]?[bB]?)?");

  private IgnoredKeys() {}

  /**
   * What fails while dockerd reads the file.
   *
   * @throws StartupFailure in its words
   */
  static void checkRead(Map<String, JsonNode> file) {
    JsonNode size = file.get("default-shm-size");
    if (size != null && !SIZE.matcher(size.asText()).matches()) {
      String quote = size.isTextual() ? "'" : "\"";
      throw new StartupFailure("invalid JSON: invalid size: " + quote + size.asText() + quote);
    }
    file.forEach(
        (name, value) -> {
          boolean address = ConfigKeys.IGNORED.get(name) == ConfigKeys.Type.IP && value.isTextual();
          if (address && !value.asText().isEmpty() && !IpLiteral.valid(value.asText())) {
            throw new StartupFailure("invalid JSON: invalid IP address: " + value.asText());
          }
        });
    JsonNode ulimits = file.get("default-ulimits");
    if (ulimits != null && ulimits.isObject()) {
      ulimits
          .properties()
          .forEach(
              limit -> {
                if (!limit.getValue().isObject() && !limit.getValue().isNull()) {
                  throw ConfigFile.mismatch(
                      limit.getValue(), "default-ulimits." + limit.getKey(), "units.Ulimit");
                }
              });
    }
  }

  /**
   * What fails when dockerd looks at the configuration as a whole.
   *
   * @throws InvalidParameter in its words
   */
  static void checkMerged(Given given) {
    String format = given.text("log-format");
    if (!Set.of("", "text", "json").contains(format)) {
      throw new InvalidParameter("invalid log format: " + format);
    }
    String cgroup = given.text("default-cgroupns-mode");
    if (!Set.of("", "host", "private").contains(cgroup)) {
      throw new InvalidParameter(
          "invalid default cgroup namespace (" + cgroup + "): use \"host\" or \"private\"");
    }
    String ipc = given.text("default-ipc-mode");
    if (!Set.of("", "shareable", "private").contains(ipc)) {
      throw new InvalidParameter(
          "default IPC mode setting (" + ipc + ") is invalid; use \"shareable\" or \"private\"");
    }
  }
}
