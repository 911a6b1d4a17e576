package io.layerd.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Names a step by what it is made of: the base image, the steps before it, and its command, which
 * holds a digest of the files that it copies. The same on every host.
 */
final class StepKey {
  private StepKey() {}

  /**
   * @param image null for an empty root
   */
  static Digest base(@Nullable Image image, Platform platform) {
    return of("base " + (image == null ? "scratch" : image.id()) + " " + machine(platform) + "\n");
  }

  static Digest next(Digest before, Platform platform, ContainerConfig command) {
    ObjectNode json = SpecJson.MAPPER.createObjectNode();
    json.put("machine", machine(platform));
    json.put("user", command.user());
    json.put("tty", command.tty());
    json.set("cmd", SpecJson.MAPPER.valueToTree(list(command.cmd())));
    json.set("entrypoint", SpecJson.MAPPER.valueToTree(list(command.entrypoint())));
    json.set("env", SpecJson.MAPPER.valueToTree(list(command.env())));
    json.set("labels", SpecJson.MAPPER.valueToTree(new TreeMap<>(map(command.labels()))));
    json.set("ports", SpecJson.MAPPER.valueToTree(names(command.exposedPorts())));
    json.set("volumes", SpecJson.MAPPER.valueToTree(names(command.volumes())));
    json.set("healthcheck", SpecJson.MAPPER.valueToTree(command.healthcheck()));
    try {
      return of(before + "\n" + SpecJson.MAPPER.writeValueAsString(json));
    } catch (JsonProcessingException e) {
      throw new SystemFailure("cannot name a step: " + e.getMessage(), e);
    }
  }

  private static Digest of(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String machine(Platform platform) {
    return platform.os() + "/" + platform.architecture();
  }

  private static List<String> list(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }

  private static <T> Map<String, T> map(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }

  private static List<String> names(@Nullable Map<String, ?> map) {
    return map == null ? List.of() : List.copyOf(new TreeSet<>(map.keySet()));
  }
}
