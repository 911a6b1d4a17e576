package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Layers in memory, counted; a "tar" that begins with BAD is malformed. */
final class FakeLayerStore implements LayerStore {
  private static final class Entry {
    private final Layer layer;
    private final byte[] tar;
    private int count;

    Entry(Layer layer, byte[] tar) {
      this.layer = layer;
      this.tar = tar;
    }
  }

  private final Map<ChainId, Entry> layers = new HashMap<>();
  private final Map<String, byte[]> staged = new HashMap<>();
  private int next;
  int stagings;

  /** A tar that is malformed. */
  @Nullable Digest broken;

  /** What every layer says of its tar's length, if it is to lie. */
  @Nullable Long claimedSize;

  @Override
  public String driverName() {
    return "overlay2";
  }

  @Override
  public List<Map.Entry<String, String>> driverStatus() {
    return List.of();
  }

  @Override
  public StagedLayer stage(InputStream tar) throws IOException {
    byte[] bytes = tar.readAllBytes();
    if (new String(bytes, 0, Math.min(3, bytes.length), StandardCharsets.UTF_8).equals("BAD")
        || Digest.of(bytes).equals(broken)) {
      throw new InvalidParameter("archive/tar: invalid tar header");
    }
    synchronized (this) {
      String id = "cache" + next++;
      staged.put(id, bytes);
      stagings++;
      return new StagedLayer(id, Path.of("/x"), new DiffId(Digest.of(bytes)), bytes.length);
    }
  }

  /** Layers on their way; nothing may stay here. */
  synchronized int stagedNow() {
    return staged.size();
  }

  @Override
  public synchronized Layer register(
      StagedLayer layer, @Nullable ChainId parent, @Nullable Descriptor descriptor) {
    byte[] bytes = staged.remove(layer.cacheId());
    if (bytes == null) {
      throw new IllegalStateException("not staged: " + layer.cacheId());
    }
    ChainId chain = ChainId.of(parent, layer.diffId());
    Entry known = layers.get(chain);
    if (known == null) {
      if (parent != null) {
        retain(parent);
      }
      known =
          new Entry(new Layer(chain, layer.diffId(), parent, layer.cacheId(), bytes.length), bytes);
      layers.put(chain, known);
    }
    known.count++;
    return known.layer;
  }

  @Override
  public synchronized void discard(StagedLayer layer) {
    staged.remove(layer.cacheId());
  }

  @Override
  public synchronized Optional<Layer> find(ChainId id) {
    return Optional.ofNullable(layers.get(id)).map(entry -> entry.layer);
  }

  @Override
  public synchronized List<Layer> all() {
    return layers.values().stream().map(entry -> entry.layer).toList();
  }

  @Override
  public synchronized Layer retain(ChainId id) {
    Entry entry = layers.get(id);
    if (entry == null) {
      throw new NotFound("layer does not exist");
    }
    entry.count++;
    return entry.layer;
  }

  @Override
  public synchronized List<Layer> release(ChainId id) {
    List<Layer> gone = new ArrayList<>();
    @Nullable ChainId at = id;
    while (at != null) {
      Entry entry = layers.get(at);
      if (entry == null) {
        throw new IllegalStateException("released too often: " + at);
      }
      if (--entry.count > 0) {
        break;
      }
      layers.remove(at);
      gone.add(entry.layer);
      at = entry.layer.parent();
    }
    return gone;
  }

  @Override
  public synchronized List<Layer> chain(ChainId id) {
    LinkedList<Layer> chain = new LinkedList<>();
    for (@Nullable ChainId at = id; at != null; ) {
      Layer layer = find(at).orElseThrow(() -> new NotFound("layer does not exist"));
      chain.addFirst(layer);
      at = layer.parent();
    }
    return chain;
  }

  @Override
  public synchronized InputStream tar(ChainId id) {
    Entry entry = layers.get(id);
    if (entry == null) {
      throw new NotFound("layer does not exist");
    }
    return new ByteArrayInputStream(entry.tar);
  }

  @Override
  public long tarSizeBytes(ChainId id) throws IOException {
    return claimedSize == null ? LayerStore.super.tarSizeBytes(id) : claimedSize;
  }

  @Override
  public void createReadWrite(
      String containerId, @Nullable ChainId parent, Map<String, String> storageOptions) {}

  @Override
  public void createWork(String id, @Nullable ChainId parent) {}

  @Override
  public Path mount(String containerId, String label) {
    return Path.of("/");
  }

  @Override
  public void unmount(String containerId) {}

  @Override
  public void removeReadWrite(String containerId) {}

  @Override
  public List<String> readWriteIds() {
    return List.of();
  }

  @Override
  public Map<String, String> readWriteData(String containerId) {
    return Map.of();
  }

  @Override
  public Map<String, String> layerData(ChainId id) {
    return Map.of();
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
    return 0;
  }

  @Override
  public void recover(Set<String> containers) {}
}
