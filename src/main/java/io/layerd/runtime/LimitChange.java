package io.layerd.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.CheckedHost;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Limits that change while a container exists. */
final class LimitChange {
  /** Completed when a container is created, and left alone afterwards. */
  private static final Set<String> OF_CREATION = Set.of("OomKillDisable", "PidsLimit");

  private final Sys sys;
  private final Cgroups cgroups;

  LimitChange(Sys sys, Cgroups cgroups) {
    this.sys = sys;
    this.cgroups = cgroups;
  }

  /** Zero stands for "as it is", so what goes together at creation need not come together here. */
  CheckedHost check(HostConfig wanted) {
    HostConfig judged =
        wanted.memory() == 0 && wanted.memorySwap() > 0
            ? SpecJson.change(wanted, HostConfig.class, Map.of("MemorySwap", 0L))
            : wanted;
    Map<String, @Nullable Object> changes = new LinkedHashMap<>();
    List<String> warnings = new ArrayList<>();
    new LimitCheck(cgroups, judged, changes, warnings).check();
    changes.keySet().removeAll(OF_CREATION);
    if (wanted.memorySwap() == 0) {
      changes.remove("MemorySwap");
    }
    return new CheckedHost(SpecJson.change(wanted, HostConfig.class, changes), warnings);
  }

  /**
   * Writes what the runtime is to read, and lets it change the group.
   *
   * @param update runs the runtime with the file
   * @throws SystemFailure with the runtime's own message
   */
  void apply(
      HostConfig host, Bundle bundle, String cgroupsPath, Function<Path, Command.Result> update) {
    Path file = bundle.directory().resolve("update.json");
    try {
      Files.writeString(file, toSpec(host));
      Command.Result result = update.apply(file);
      if (!result.success()) {
        throw new SystemFailure(result.output().strip());
      }
      Long pids = host.pidsLimit();
      if (pids != null && pids <= 0) {
        cgroups.liftPidsLimit(cgroupsPath);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot change the limits: " + e.getMessage(), e);
    }
  }

  /** The file that {@code runc update --resources} and crun's read. */
  private String toSpec(HostConfig host) {
    ObjectNode resources =
        new SpecResources(sys, cgroups.unified(), host)
            .toSpec(JsonNodeFactory.instance.arrayNode());
    resources.remove("devices");
    if (resources.get("memory") instanceof ObjectNode memory) {
      // the kernel refuses it in a group with processes
      memory.remove(List.of("disableOOMKiller", "swappiness"));
      if (memory.isEmpty()) {
        resources.remove("memory");
      }
    }
    if (resources.path("blockIO").isEmpty()) {
      resources.remove("blockIO");
    }
    try {
      return SpecJson.MAPPER.writeValueAsString(resources);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
