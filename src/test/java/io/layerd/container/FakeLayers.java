package io.layerd.container;

import static java.util.Objects.requireNonNull;

import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Directories in place of mounts; counts who mounted what. */
final class FakeLayers implements LayerStore {
  final Map<String, AtomicInteger> mounts = new ConcurrentHashMap<>();
  final Map<String, String> labels = new ConcurrentHashMap<>();
  final Path root;
  volatile @Nullable RuntimeException failRemove;

  FakeLayers(Path root) {
    this.root = root;
  }

  int mounted() {
    return mounts.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  @Override
  public String driverName() {
    return "overlay2";
  }

  @Override
  public List<Map.Entry<String, String>> driverStatus() {
    return List.of();
  }

  @Override
  public void createReadWrite(
      String containerId, @Nullable ChainId parent, Map<String, String> storageOptions) {
    mounts.put(containerId, new AtomicInteger());
  }

  @Override
  public void createWork(String id, @Nullable ChainId parent) {
    mounts.put(id, new AtomicInteger());
  }

  private Path mount0(String containerId) {
    try {
      return Files.createDirectories(root.resolve(containerId));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Path mount(String containerId, String label) {
    requireNonNull(mounts.get(containerId)).incrementAndGet();
    labels.put(containerId, label);
    return mount0(containerId);
  }

  @Override
  public void unmount(String containerId) {
    requireNonNull(mounts.get(containerId)).decrementAndGet();
  }

  @Override
  public void removeReadWrite(String containerId) {
    RuntimeException failure = failRemove;
    if (failure != null) {
      throw failure;
    }
    mounts.remove(containerId);
  }

  @Override
  public List<String> readWriteIds() {
    return List.copyOf(mounts.keySet());
  }

  @Override
  public Map<String, String> readWriteData(String containerId) {
    return Map.of("MergedDir", root.resolve(containerId).toString());
  }

  @Override
  public Changes readWriteChanges(String containerId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StagedLayer stageChanges(String containerId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<io.layerd.archive.Change> changes(String containerId) {
    return List.of();
  }

  @Override
  public long readWriteSizeBytes(String containerId) {
    return 7;
  }

  @Override
  public void recover(Set<String> containers) {
    containers.forEach(id -> mounts.putIfAbsent(id, new AtomicInteger()));
  }

  @Override
  public StagedLayer stage(InputStream tar) {
    throw new AssertionError();
  }

  @Override
  public Layer register(
      StagedLayer staged, @Nullable ChainId parent, @Nullable Descriptor descriptor) {
    throw new AssertionError();
  }

  @Override
  public void discard(StagedLayer staged) {
    throw new AssertionError();
  }

  @Override
  public Optional<Layer> find(ChainId id) {
    return Optional.empty();
  }

  @Override
  public List<Layer> all() {
    return List.of();
  }

  @Override
  public Layer retain(ChainId id) {
    throw new AssertionError();
  }

  @Override
  public List<Layer> release(ChainId id) {
    throw new AssertionError();
  }

  @Override
  public List<Layer> chain(ChainId id) {
    return List.of();
  }

  @Override
  public InputStream tar(ChainId id) {
    throw new AssertionError();
  }

  @Override
  public Map<String, String> layerData(ChainId id) {
    return Map.of();
  }
}
