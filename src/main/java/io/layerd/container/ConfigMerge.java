package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.Empty;
import io.layerd.spec.HealthConfig;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Adds what the image says to what the user asked for; the user's word wins. */
final class ConfigMerge {
  private ConfigMerge() {}

  /**
   * @throws InvalidParameter {@code no command specified}
   */
  static ContainerConfig merge(ContainerConfig user, ContainerConfig image) {
    Map<String, @Nullable Object> set = new HashMap<>();
    if (user.user().isEmpty()) {
      set.put("User", image.user());
    }
    set.put("Env", env(list(user.env()), list(image.env())));
    Map<String, Empty> exposed = union(user.exposedPorts(), image.exposedPorts());
    if (!exposed.isEmpty()) {
      set.put("ExposedPorts", exposed);
    }
    Map<String, Empty> volumes = union(user.volumes(), image.volumes());
    set.put("Volumes", volumes.isEmpty() ? null : volumes);
    Map<String, String> labels = new TreeMap<>(map(image.labels()));
    labels.putAll(map(user.labels()));
    set.put("Labels", labels);
    if (user.workingDir().isEmpty()) {
      set.put("WorkingDir", image.workingDir());
    }
    if (user.stopSignal().isEmpty()) {
      set.put("StopSignal", image.stopSignal());
    }
    HealthConfig health = health(user.healthcheck(), image.healthcheck());
    if (health != null) {
      set.put("Healthcheck", health);
    }
    if (user.shell() == null && image.shell() != null) {
      set.put("Shell", image.shell());
    }
    command(user, image, set);
    return SpecJson.change(user, ContainerConfig.class, set);
  }

  private static void command(
      ContainerConfig user, ContainerConfig image, Map<String, @Nullable Object> set) {
    List<String> entrypoint = user.entrypoint();
    List<String> cmd = list(user.cmd());
    if (list(entrypoint).isEmpty()) {
      if (cmd.isEmpty()) {
        cmd = list(image.cmd());
        set.put("ArgsEscaped", user.argsEscaped() || image.argsEscaped());
      }
      if (entrypoint == null) {
        entrypoint = image.entrypoint();
      }
    }
    if (entrypoint != null && (entrypoint.isEmpty() || entrypoint.equals(List.of("")))) {
      entrypoint = null;
    }
    if (entrypoint == null && cmd.isEmpty()) {
      throw new InvalidParameter("no command specified");
    }
    set.put("Entrypoint", entrypoint);
    set.put("Cmd", cmd.isEmpty() ? user.cmd() : cmd);
  }

  private static List<String> env(List<String> user, List<String> image) {
    Set<String> names = new HashSet<>();
    for (String variable : user) {
      if (variable.isEmpty() || variable.startsWith("=")) {
        throw new InvalidParameter("invalid environment variable: " + variable);
      }
      names.add(variable.split("=", 2)[0]);
    }
    // A name without a value means: not set, whatever the image says.
    List<String> merged = new ArrayList<>(user);
    for (String variable : image) {
      if (!names.contains(variable.split("=", 2)[0])) {
        merged.add(variable);
      }
    }
    return merged;
  }

  private static @Nullable HealthConfig health(
      @Nullable HealthConfig user, @Nullable HealthConfig image) {
    if (user == null || image == null) {
      return user == null ? image : user;
    }
    return new HealthConfig(
        list(user.test()).isEmpty() ? image.test() : user.test(),
        user.interval() == 0 ? image.interval() : user.interval(),
        user.timeout() == 0 ? image.timeout() : user.timeout(),
        user.startPeriod() == 0 ? image.startPeriod() : user.startPeriod(),
        user.startInterval() == 0 ? image.startInterval() : user.startInterval(),
        user.retries() == 0 ? image.retries() : user.retries());
  }

  private static Map<String, Empty> union(
      @Nullable Map<String, Empty> user, @Nullable Map<String, Empty> image) {
    Map<String, Empty> all = new TreeMap<>(map(image));
    all.putAll(map(user));
    return all;
  }

  private static <T> List<T> list(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static <T> Map<String, T> map(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }
}
