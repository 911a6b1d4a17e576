package io.layerd.buildkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.build.BuildRequest;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Platform;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The options of the frontend {@code dockerfile.v0}, as clients send them. */
final class FrontendOptions {
  private static final Set<String> NOT_YET = Set.of("dockerfile", "contextsubdir", "hostname");

  private final Map<String, String> options;

  FrontendOptions(Map<String, String> options) {
    this.options = Map.copyOf(options);
  }

  /**
   * @throws InvalidParameter with a sentence for what is not offered
   */
  void check() {
    for (String name : NOT_YET) {
      if (!text(name).isEmpty()) {
        throw new InvalidParameter(missing(name));
      }
    }
    NamedContexts.check(options);
    if (text("platform").contains(",")) {
      throw new InvalidParameter(
          "Multi-platform build is not supported: layerd builds for one platform at a time, not for "
              + text("platform"));
    }
  }

  private String missing(String name) {
    return switch (name) {
      case "hostname" -> "layerd does not set the host name of a build yet";
      default -> "layerd does not build from remote contexts yet: " + text(name);
    };
  }

  private String text(String name) {
    return options.getOrDefault(name, "");
  }

  private Map<String, String> all(String prefix) {
    Map<String, String> all = new LinkedHashMap<>();
    options.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            all.put(name.substring(prefix.length()), value);
          }
        });
    return all;
  }

  /** What is asked for instead of a build; empty for a build. */
  String request() {
    return text("requestid");
  }

  String target() {
    return text("target");
  }

  /** What {@code # syntax=} or an argument says instead; empty for nothing. */
  String syntax() {
    String cmdline = text("cmdline");
    return cmdline.isEmpty() ? text("build-arg:BUILDKIT_SYNTAX") : cmdline;
  }

  /** What of the Dockerfile's checks is wanted; empty for what the Dockerfile says. */
  String checks() {
    return text("build-arg:BUILDKIT_DOCKERFILE_CHECK");
  }

  BuildRequest request(String dockerfile, SessionClient client, Predicate<String> bases) {
    Map<String, @Nullable String> args = new LinkedHashMap<>(all("build-arg:"));
    args.keySet().removeIf(name -> name.startsWith("BUILDKIT_"));
    return new BuildRequest(
        dockerfile,
        List.of(),
        args,
        all("label:"),
        List.of(),
        options.containsKey("no-cache") && text("no-cache").isEmpty(),
        words("no-cache"),
        text("image-resolve-mode").equals("pull"),
        false,
        false,
        false,
        text("target"),
        platform(),
        host(),
        bases,
        client::credentials,
        client);
  }

  private @Nullable Platform platform() {
    String[] parts = text("platform").split("/", -1);
    if (parts.length < 2) {
      return null;
    }
    return new Platform(parts[1], parts[0], null, parts.length > 2 ? parts[2] : null);
  }

  private HostConfig host() {
    ObjectNode host = SpecJson.MAPPER.createObjectNode();
    host.put("NetworkMode", network());
    host.put("CgroupParent", text("cgroup-parent"));
    if (!text("shm-size").isEmpty()) {
      host.put("ShmSize", number(text("shm-size")));
    }
    ArrayNode hosts = host.putArray("ExtraHosts");
    for (String each : words("add-hosts")) {
      hosts.add(each.replaceFirst("=", ":"));
    }
    ArrayNode ulimits = host.putArray("Ulimits");
    for (String each : words("ulimit")) {
      String[] parts = each.split("[=:]");
      if (parts.length < 2) {
        throw new InvalidParameter("invalid ulimit argument: " + each);
      }
      ObjectNode ulimit = ulimits.addObject().put("Name", parts[0]);
      ulimit.put("Soft", number(parts[1])).put("Hard", number(parts[parts.length - 1]));
    }
    return SpecJson.read(host, HostConfig.class);
  }

  private String network() {
    return switch (text("force-network-mode")) {
      case "", "sandbox", "default" -> "default";
      case "host" -> "host";
      case "none" -> "none";
      default -> throw new InvalidParameter("invalid network mode " + text("force-network-mode"));
    };
  }

  private List<String> words(String name) {
    return text(name).isEmpty() ? List.of() : List.of(text(name).split(","));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidParameter("not a number: " + text, e);
    }
  }
}
