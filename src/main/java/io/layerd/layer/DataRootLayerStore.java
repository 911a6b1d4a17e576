package io.layerd.layer;

import io.layerd.archive.LayerUnpacker;
import io.layerd.archive.UnpackResult;
import io.layerd.durable.AtomicFiles;
import io.layerd.durable.WriteSet;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The layer store of one data root, on one graph driver. */
final class DataRootLayerStore implements LayerStore {
  private static final Logger LOG = Logger.getLogger(DataRootLayerStore.class);
  private static final int MAX_DEPTH = 125;

  private final GraphDriver driver;
  private final LayerUnpacker unpacker;
  private final TarAssembler assembler;
  private final LayerDb db;
  private final ReadWriteLayers readWrite;
  private final References references = new References();
  private final SyncGroup sync;
  private final Unclaimed unclaimed;
  private final Path containers;

  DataRootLayerStore(
      Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler)
      throws IOException {
    AtomicFiles files = AtomicFiles.host();
    this.driver = driver;
    this.unpacker = unpacker;
    this.assembler = assembler;
    Path layerDb = dataRoot.resolve("image").resolve(driver.name()).resolve("layerdb");
    this.db = new LayerDb(files, layerDb);
    this.readWrite = new ReadWriteLayers(files, driver, layerDb);
    this.sync = new SyncGroup(files, dataRoot.resolve(driver.name()));
    this.unclaimed = new Unclaimed(db.staging());
    this.containers = dataRoot.resolve("containers");
    references.load(db.load(), layer -> driver.exists(layer.cacheId()));
    for (Map.Entry<String, ReadWriteLayers.Entry> entry : readWrite.entries().entrySet()) {
      ChainId parent = entry.getValue().parent();
      if (parent != null && references.find(parent) != null) {
        references.retain(parent);
      }
    }
  }

  @Override
  public String driverName() {
    return driver.name();
  }

  @Override
  public List<Map.Entry<String, String>> driverStatus() {
    return driver.status();
  }

  @Override
  public StagedLayer stage(InputStream tar) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String cacheId = HexFormat.of().formatHex(random);
    WriteSet set = db.begin();
    boolean staged = false;
    try {
      driver.create(cacheId);
      UnpackResult result;
      try (OutputStream tarSplit = set.create(LayerDb.tarSplitName())) {
        result =
            unpacker.unpack(tar, driver.diff(cacheId), LayerUnpacker.Whiteouts.OVERLAY, tarSplit);
      }
      StagedLayer layer =
          new StagedLayer(cacheId, set.detach(), result.diffId(), result.contentSizeBytes());
      sync.add(cacheId);
      staged = true;
      return layer;
    } finally {
      if (!staged) {
        driver.remove(cacheId);
        set.close();
      }
    }
  }

  @Override
  public Layer register(
      StagedLayer staged, @Nullable ChainId parent, @Nullable Descriptor descriptor) {
    ChainId id = ChainId.of(parent, staged.diffId());
    Layer below = parent == null ? null : retain(parent);
    boolean published = false;
    try {
      Layer layer;
      synchronized (references.lock(id)) {
        layer = references.retainIfPresent(id);
        if (layer == null) {
          layer = publish(id, staged, below, descriptor);
          published = true;
        }
      }
      if (!published) {
        discard(staged);
      }
      return layer;
    } catch (IOException e) {
      throw new SystemFailure("cannot keep layer " + id + ": " + e.getMessage(), e);
    } finally {
      // Outside the lock: giving up the parent takes the parent's.
      if (parent != null && !published) {
        giveUp(parent);
      }
    }
  }

  private Layer publish(
      ChainId id, StagedLayer staged, @Nullable Layer below, @Nullable Descriptor descriptor)
      throws IOException {
    ChainId parent = null;
    if (below != null) {
      parent = below.chainId();
      if (chain(parent).size() >= MAX_DEPTH) {
        throw new InvalidParameter("max depth exceeded");
      }
      driver.setParent(staged.cacheId(), below.cacheId());
    }
    Layer layer = new Layer(id, staged.diffId(), parent, staged.cacheId(), staged.sizeBytes());
    sync.sync(staged.cacheId());
    unclaimed.mark(id);
    db.publish(staged.staging(), layer, descriptor);
    references.add(layer);
    return layer;
  }

  @Override
  public void discard(StagedLayer staged) {
    sync.forget(staged.cacheId());
    driver.remove(staged.cacheId());
    try {
      SmallDirectories.delete(staged.staging());
    } catch (IOException e) {
      LOG.warnf("Cannot delete %s: %s", staged.staging(), e.getMessage());
    }
  }

  @Override
  public Optional<Layer> find(ChainId id) {
    return Optional.ofNullable(references.find(id));
  }

  @Override
  public List<Layer> all() {
    return references.all();
  }

  @Override
  public Layer retain(ChainId id) {
    return references.retain(id);
  }

  @Override
  public List<Layer> release(ChainId id) {
    claim(id);
    return giveUp(id);
  }

  /** {@link #release} that says nothing about who holds the layer now. */
  List<Layer> giveUp(ChainId id) {
    List<Layer> deleted = new ArrayList<>();
    ChainId next = id;
    while (next != null) {
      synchronized (references.lock(next)) {
        Layer gone = references.release(next);
        if (gone == null) {
          break;
        }
        delete(gone);
        claim(next);
        deleted.add(gone);
        next = gone.parent();
      }
    }
    return deleted;
  }

  /** Whoever gives a layer up while others hold it has handed it over. */
  void claim(ChainId id) {
    try {
      unclaimed.clear(id);
    } catch (IOException e) {
      LOG.warnf("Layer %s: %s", id, e.getMessage());
    }
  }

  /**
   * The entry goes first: a directory without an entry is swept, an entry without one is damage.
   */
  private void delete(Layer layer) {
    try {
      db.remove(layer.chainId());
    } catch (IOException e) {
      references.add(layer);
      throw new SystemFailure("cannot delete layer " + layer.chainId() + ": " + e.getMessage(), e);
    }
    try {
      driver.remove(layer.cacheId());
    } catch (SystemFailure e) {
      LOG.warnf("%s; the next start tries again", e.getMessage());
    }
  }

  @Override
  public List<Layer> chain(ChainId id) {
    List<Layer> chain = new ArrayList<>();
    ChainId next = id;
    while (next != null) {
      Layer layer = references.find(next);
      if (layer == null) {
        throw new NotFound("layer does not exist: " + next);
      }
      chain.addFirst(layer);
      next = layer.parent();
    }
    return chain;
  }

  @Override
  public InputStream tar(ChainId id) throws IOException {
    Layer layer = chain(id).getLast();
    InputStream tar = assembler.assemble(db.tarSplit(id), driver.diff(layer.cacheId()));
    return new VerifiedTar(tar, layer.diffId());
  }

  @Override
  public void createReadWrite(
      String containerId, @Nullable ChainId parent, Map<String, String> storageOptions) {
    Layer below = parent == null ? null : retain(parent);
    try {
      readWrite.create(containerId, below, storageOptions);
    } catch (RuntimeException e) {
      if (parent != null) {
        release(parent);
      }
      throw e;
    }
  }

  @Override
  public Path mount(String containerId) {
    return driver.mount(readWrite.get(containerId).mountId());
  }

  @Override
  public void unmount(String containerId) {
    ReadWriteLayers.Entry entry = readWrite.find(containerId);
    if (entry != null) {
      driver.release(entry.mountId());
    }
  }

  @Override
  public void removeReadWrite(String containerId) {
    ReadWriteLayers.Entry entry = readWrite.find(containerId);
    if (entry == null) {
      return;
    }
    readWrite.remove(containerId);
    ChainId parent = entry.parent();
    if (parent != null && references.find(parent) != null) {
      release(parent);
    }
  }

  @Override
  public List<String> readWriteIds() {
    return List.copyOf(readWrite.entries().keySet());
  }

  @Override
  public Map<String, String> readWriteData(String containerId) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("ID", containerId);
    data.putAll(driver.metadata(readWrite.get(containerId).mountId()));
    return data;
  }

  @Override
  public Map<String, String> layerData(ChainId id) {
    return driver.metadata(chain(id).getLast().cacheId());
  }

  @Override
  public long readWriteSizeBytes(String containerId) {
    return driver.sizeBytes(readWrite.get(containerId).mountId());
  }

  @Override
  public void recover(Set<String> existing) {
    new LayerRecovery(this, driver, db, readWrite, references, unclaimed, containers).run(existing);
  }

  /** Opens the store in a data root. */
  static LayerStore open(
      Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler) {
    try {
      return new DataRootLayerStore(
          dataRoot.toAbsolutePath().normalize(), driver, unpacker, assembler);
    } catch (IOException e) {
      throw new SystemFailure("cannot open the layers in " + dataRoot + ": " + e.getMessage(), e);
    }
  }
}
