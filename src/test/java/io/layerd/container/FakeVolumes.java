package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import io.layerd.volume.Volume;
import io.layerd.volume.VolumeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Volumes in a directory. */
final class FakeVolumes implements VolumeStore {
  final Map<String, Volume> volumes = new ConcurrentHashMap<>();
  final Map<String, Set<String>> users = new ConcurrentHashMap<>();
  final Map<String, Integer> inUse = new ConcurrentHashMap<>();
  private final Path root;

  FakeVolumes(Path root) {
    this.root = root;
  }

  @Override
  public Volume create(
      @Nullable String name,
      String driver,
      Map<String, String> options,
      Map<String, String> labels) {
    String chosen = name == null ? CreateContainer.randomId() : name;
    return volumes.computeIfAbsent(
        chosen,
        n -> {
          try {
            return new Volume(
                n,
                driver,
                Files.createDirectories(root.resolve(n)),
                Instant.now(),
                labels,
                options,
                name == null);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Override
  public Volume get(String name) {
    return find(name).orElseThrow(() -> new NotFound("get " + name + ": no such volume"));
  }

  @Override
  public Optional<Volume> find(String name) {
    return Optional.ofNullable(volumes.get(name));
  }

  @Override
  public List<Volume> list() {
    return List.copyOf(volumes.values());
  }

  @Override
  public Path use(String name, String containerId) {
    inUse.merge(name, 1, Integer::sum);
    return get(name).mountpoint();
  }

  @Override
  public void release(String name, String containerId) {
    inUse.merge(name, -1, Integer::sum);
  }

  @Override
  public void refer(String name, String containerId) {
    users.computeIfAbsent(name, _ -> ConcurrentHashMap.newKeySet()).add(containerId);
  }

  @Override
  public void unrefer(String name, String containerId) {
    users.getOrDefault(name, Set.of()).remove(containerId);
  }

  @Override
  public Set<String> users(String name) {
    return users.getOrDefault(name, Set.of());
  }

  @Override
  public long sizeBytes(Volume volume) {
    return 0;
  }

  @Override
  public void remove(String name, boolean force) {
    if (!users(name).isEmpty()) {
      throw new Conflict("remove " + name + ": volume is in use");
    }
    if (volumes.remove(name) == null && !force) {
      throw new NotFound("get " + name + ": no such volume");
    }
  }
}
