package io.layerd.api.stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.api.Params;
import io.layerd.build.BuildRequest;
import io.layerd.buildkit.StreamedBuild;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import io.layerd.spec.HostConfig;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The query of POST /build?version=2, as options of BuildKit's frontend. */
final class KitParameters {
  private static final String HOST_NETWORK = "network.host";

  private KitParameters() {}

  /**
   * @throws InvalidParameter for what makes no sense
   */
  static StreamedBuild of(HttpServerRequest request) {
    BuildRequest classic = BuildParameters.of(request);
    String network = classic.host().networkMode();
    return new StreamedBuild(
        text(request, "buildid"),
        text(request, "session"),
        options(request, classic, network),
        outputs(request, classic),
        network.equals("host") ? Set.of(HOST_NETWORK) : Set.of(),
        Params.bool(classic.buildArgs().get("BUILDKIT_INLINE_CACHE")),
        classic.bases());
  }

  private static String text(HttpServerRequest request, String name) {
    return Objects.requireNonNullElse(request.getParam(name), "");
  }

  private static Map<String, String> options(
      HttpServerRequest request, BuildRequest classic, String network) {
    Map<String, String> options = new LinkedHashMap<>();
    put(options, "filename", text(request, "dockerfile"));
    put(options, "target", classic.target());
    put(options, "cgroup-parent", text(request, "cgroupparent"));
    put(options, "force-network-mode", network(network));
    if (classic.noCache()) {
      options.put("no-cache", "");
    }
    if (classic.pull()) {
      options.put("image-resolve-mode", "pull");
    }
    Platform platform = classic.platform();
    if (platform != null) {
      String variant = platform.variant() == null ? "" : "/" + platform.variant();
      options.put("platform", platform.os() + "/" + platform.architecture() + variant);
    }
    classic
        .buildArgs()
        .forEach(
            (name, value) -> {
              if (value != null) {
                options.put("build-arg:" + name, value);
              }
            });
    classic.labels().forEach((name, value) -> options.put("label:" + name, value));
    put(options, "cache-from", String.join(",", classic.cacheFrom()));
    limits(options, classic.host());
    String context = context(text(request, "remote"));
    put(options, "context", context);
    return options;
  }

  private static void limits(Map<String, String> options, HostConfig host) {
    List<String> hosts = new ArrayList<>();
    if (host.extraHosts() != null) {
      host.extraHosts().forEach(each -> hosts.add(each.replaceFirst(":", "=")));
    }
    put(options, "add-hosts", String.join(",", hosts));
    if (host.shmSize() > 0) {
      options.put("shm-size", Long.toString(host.shmSize()));
    }
    if (host.ulimits() != null) {
      options.put(
          "ulimit",
          host.ulimits().stream()
              .map(each -> each.name() + "=" + each.soft() + ":" + each.hard())
              .collect(Collectors.joining(",")));
    }
  }

  private static void put(Map<String, String> options, String name, String value) {
    if (!value.isEmpty()) {
      options.put(name, value);
    }
  }

  /** Where the context is; empty if the session has it. */
  private static String context(String remote) {
    return switch (remote) {
      case "client-session" -> "";
      case "", "upload-request" -> StreamedBuild.UPLOAD;
      default -> remote;
    };
  }

  /** Others are refused once the client's session is there: before that it would never end. */
  private static String network(String mode) {
    return mode.equals("default") ? "" : mode;
  }

  private static List<StreamedBuild.Output> outputs(
      HttpServerRequest request, BuildRequest classic) {
    List<StreamedBuild.Output> outputs = new ArrayList<>();
    JsonNode wanted = BuildParameters.json(request, "outputs", "invalid outputs specified: ");
    if (wanted != null) {
      for (JsonNode each : wanted) {
        Map<String, String> attributes = new LinkedHashMap<>();
        each.path("Attrs")
            .properties()
            .forEach(field -> attributes.put(field.getKey(), field.getValue().asText()));
        outputs.add(new StreamedBuild.Output(each.path("Type").asText(), attributes));
      }
    }
    if (outputs.isEmpty()) {
      String names =
          classic.tags().stream().map(Reference::toString).collect(Collectors.joining(","));
      outputs.add(
          new StreamedBuild.Output("moby", names.isEmpty() ? Map.of() : Map.of("name", names)));
    }
    return outputs;
  }
}
