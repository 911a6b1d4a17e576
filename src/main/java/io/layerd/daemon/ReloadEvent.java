package io.layerd.daemon;

import io.layerd.runtime.ContainerDefaults;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code docker events} tells of a reload: every value that one can change, as it is now. */
final class ReloadEvent {
  private ReloadEvent() {}

  /**
   * @param cgroupVersion of the host, which chooses where nobody does
   */
  static Map<String, String> attributes(
      DaemonConfig config, String defaultRuntime, String cgroupVersion) {
    EngineOptions engine = config.engine();
    ContainerDefaults containers = engine.containers().usual();
    String cgroupns = containers.cgroupnsMode();
    Map<String, String> all = new TreeMap<>();
    all.put("name", hostName());
    all.put("debug", String.valueOf(config.debug()));
    all.put("labels", json(config.labels()));
    all.put("insecure-registries", json(config.insecureRegistries()));
    all.put("registry-mirrors", json(config.registryMirrors()));
    all.put("max-concurrent-downloads", String.valueOf(config.maxConcurrentDownloads()));
    all.put("max-concurrent-uploads", String.valueOf(config.maxConcurrentUploads()));
    all.put("max-download-attempts", String.valueOf(config.maxDownloadAttempts()));
    all.put("shutdown-timeout", String.valueOf(config.shutdownTimeoutSeconds()));
    all.put("live-restore", String.valueOf(engine.liveRestore()));
    all.put("default-runtime", defaultRuntime);
    all.put(
        "runtimes",
        engine.runtimes().entrySet().stream()
            .map(one -> one.getKey() + ":" + one.getValue().path())
            .collect(Collectors.joining(" ")));
    all.put("default-shm-size", String.valueOf(containers.shmSizeBytes()));
    all.put("default-ipc-mode", containers.ipcMode());
    all.put(
        "default-cgroupns-mode",
        cgroupns.isEmpty() ? (cgroupVersion.equals("2") ? "private" : "host") : cgroupns);
    all.put(
        "features",
        engine.features().entrySet().stream()
            .map(one -> one.getKey() + ":" + one.getValue())
            .collect(Collectors.joining(" ", "map[", "]")));
    return all;
  }

  private static String json(List<String> texts) {
    try {
      return SpecJson.MAPPER.writeValueAsString(texts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
