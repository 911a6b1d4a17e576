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
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
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

  private final AtomicFiles files;
  private final GraphDriver driver;
  private final LayerUnpacker unpacker;
  private final TarAssembler assembler;
  private final LayerDb db;
  private final ReadWriteLayers readWrite;
  private final References references = new References();
  private final DiskUse diskUse;

  DataRootLayerStore(
      Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler)
      throws IOException {
    Sys sys = Sys.host();
    this.files = AtomicFiles.host();
    this.driver = driver;
    this.unpacker = unpacker;
    this.assembler = assembler;
    this.diskUse = new DiskUse(sys);
    Path layerDb = dataRoot.resolve("image").resolve(driver.name()).resolve("layerdb");
    this.db = new LayerDb(files, layerDb);
    this.readWrite = new ReadWriteLayers(files, driver, sys, layerDb);
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
    synchronized (references.lock(id)) {
      if (references.find(id) != null) {
        discard(staged);
        return references.retain(id);
      }
      Layer layer = new Layer(id, staged.diffId(), parent, staged.cacheId(), staged.sizeBytes());
      try {
        if (parent != null) {
          Layer below = retain(parent);
          if (chain(parent).size() >= MAX_DEPTH) {
            release(parent);
            throw new InvalidParameter("max depth exceeded");
          }
          driver.setParent(staged.cacheId(), below.cacheId());
        }
        files.syncFileSystem(driver.diff(staged.cacheId()));
        db.publish(staged.staging(), layer, descriptor);
      } catch (IOException e) {
        if (parent != null) {
          release(parent);
        }
        throw new SystemFailure("cannot keep layer " + id + ": " + e.getMessage(), e);
      }
      references.add(layer);
      return layer;
    }
  }

  @Override
  public void discard(StagedLayer staged) {
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
    List<Layer> deleted = new ArrayList<>();
    ChainId next = id;
    while (next != null) {
      synchronized (references.lock(next)) {
        Layer gone = references.release(next);
        if (gone == null) {
          break;
        }
        delete(gone);
        deleted.add(gone);
        next = gone.parent();
      }
    }
    return deleted;
  }

  /**
   * The entry goes first: a directory without an entry is swept, an entry without one is damage.
   */
  private void delete(Layer layer) {
    try {
      db.remove(layer.chainId());
    } catch (IOException e) {
      throw new SystemFailure("cannot delete layer " + layer.chainId() + ": " + e.getMessage(), e);
    }
    driver.remove(layer.cacheId());
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
    if (!storageOptions.isEmpty()) {
      throw new InvalidParameter(
          "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    }
    Layer below = parent == null ? null : retain(parent);
    try {
      readWrite.create(containerId, below);
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
    Path upper = driver.diff(readWrite.get(containerId).mountId());
    try {
      return diskUse.ofFiles(upper);
    } catch (IOException e) {
      throw new SystemFailure("cannot measure " + upper + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void recover(Set<String> containers) {
    try {
      db.sweep();
    } catch (IOException e) {
      LOG.warnf("Cannot sweep the layer store: %s", e.getMessage());
    }
    for (String id : readWriteIds()) {
      if (!containers.contains(id)) {
        LOG.infof("Deleting the read-write layer of container %s, which does not exist", id);
        removeReadWrite(id);
      }
    }
    Set<String> known = new HashSet<>();
    references.everyCacheId(known::add);
    for (ReadWriteLayers.Entry entry : readWrite.entries().values()) {
      known.add(entry.mountId());
      if (entry.initId() != null) {
        known.add(entry.initId());
      }
    }
    driver.recover(known);
  }

  /** Opens the store in a data root. */
  static LayerStore open(
      Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler) {
    try {
      return new DataRootLayerStore(Files.createDirectories(dataRoot), driver, unpacker, assembler);
    } catch (IOException e) {
      throw new SystemFailure("cannot open the layers in " + dataRoot + ": " + e.getMessage(), e);
    }
  }
}
