package io.layerd.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/** Calls netavark, which makes bridges and interfaces, but no rules. */
final class Netavark {
  private static final Logger LOG = Logger.getLogger(Netavark.class);

  /** Of the default routes netavark adds; ours has none, so that it wins. */
  static final int METRIC = 100;

  private final NetworkOptions options;
  private final Path config;

  /**
   * @param config directory for netavark's own state
   */
  Netavark(NetworkOptions options, Path config) {
    this.options = options;
    this.config = config;
  }

  /** A request without networks. */
  static ObjectNode emptyRequest(String containerId) {
    ObjectNode request = SpecJson.MAPPER.createObjectNode();
    request.put("container_id", containerId).put("container_name", containerId);
    request.putArray("port_mappings");
    request.putObject("networks");
    request.putObject("network_info");
    return request;
  }

  void setup(Path namespace, JsonNode request) {
    Path program = HostPrograms.get(options.netavark(), "netavark");
    List<String> command =
        List.of(program.toString(), "--config", config.toString(), "setup", namespace.toString());
    try {
      long start = System.nanoTime();
      HostCommand.Result result = HostCommand.run(command, request.toString());
      LOG.debugf("netavark setup: %d ms", (System.nanoTime() - start) / 1_000_000);
      if (result.exitCode() != 0) {
        throw new SystemFailure("netavark setup failed: " + reason(result.output()));
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot run " + program + ": " + e.getMessage(), e);
    }
  }

  /** netavark says {@code {"error": "..."}}, perhaps after log lines. */
  private static String reason(String output) {
    int brace = output.indexOf("{\"error\"");
    try {
      String error =
          brace < 0 ? "" : SpecJson.MAPPER.readTree(output.substring(brace)).path("error").asText();
      return error.isEmpty() ? output : error;
    } catch (JsonProcessingException e) {
      return output;
    }
  }
}
