package io.layerd.layer;

import io.layerd.archive.Change;
import io.layerd.archive.LayerCapture;
import io.layerd.archive.LayerUnpacker;
import io.layerd.durable.AtomicFiles;
import io.layerd.durable.Failpoint;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The layer store of one data root, on one graph driver. */
final class DataRootLayerStore implements LayerStore {
  private static final Logger LOG = Logger.getLogger(DataRootLayerStore.class);
  private static final int MAX_DEPTH = 125;

  private final Sys sys;
  private final GraphDriver driver;
  private final LayerUnpacker unpacker;
  private final TarAssembler assembler;
  private final LayerDb db;
  private final ReadWriteLayers readWrite;
  private final Differences differences;
  private final References references = new References();
  private final SyncGroup sync;
  private final Staging staging;
  private final Unclaimed unclaimed;
  private final Condemned condemned;
  private final Path containers;
  private final TarSizes tarSizes;

  DataRootLayerStore(
      Sys sys, Path dataRoot, GraphDriver driver, LayerUnpacker unpacker, TarAssembler assembler)
      throws IOException {
    AtomicFiles files = AtomicFiles.host();
    this.sys = sys;
    this.driver = driver;
    this.unpacker = unpacker;
    this.assembler = assembler;
    Path layerDb = dataRoot.resolve("image").resolve(driver.name()).resolve("layerdb");
    this.db = new LayerDb(files, layerDb);
    this.tarSizes = new TarSizes(db);
    this.readWrite = new ReadWriteLayers(files, driver, layerDb);
    this.differences = new Differences(sys, driver, readWrite, this::chain);
    this.sync = new SyncGroup(files, dataRoot.resolve(driver.name()));
    this.unclaimed = new Unclaimed(db.staging());
    this.condemned = new Condemned(references, unclaimed);
    this.staging = new Staging(driver, db, sync, tarSizes);
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
    return staging.stage(
        (directory, tarSplit) ->
            unpacker.unpack(tar, directory, LayerUnpacker.Whiteouts.OVERLAY, tarSplit));
  }

  @Override
  public StagedLayer stageChanges(String containerId) throws IOException {
    try (Changes changes = readWriteChanges(containerId)) {
      return staging.stage(
          (directory, tarSplit) ->
              LayerCapture.capture(sys, changes.directory(), directory, tarSplit));
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
      if (driver.setParent(staged.cacheId(), below.cacheId())) {
        sync.add(staged.cacheId());
      }
    }
    Layer layer = new Layer(id, staged.diffId(), parent, staged.cacheId(), staged.sizeBytes());
    Failpoint.LAYER_STACKED.reached();
    sync.sync(staged.cacheId());
    unclaimed.mark(id);
    Failpoint.LAYER_MARKED.reached();
    db.publish(staged.staging(), layer, descriptor);
    references.add(layer);
    return layer;
  }

  @Override
  public void discard(StagedLayer staged) {
    staging.discard(staged);
  }

  @Override
  public Optional<Layer> find(ChainId id) {
    return Optional.ofNullable(references.find(id));
  }

  @Override
  public List<String> damaged() {
    return db.damaged().stream()
        .map(damaged -> "layer sha256:" + damaged.chain() + ": " + damaged.reason())
        .toList();
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
    List<Layer> deleted = giveUp(id);
    claim(id);
    condemned.pardon(deleted.isEmpty() ? id : deleted.getLast().parent());
    return deleted;
  }

  @Override
  public void condemn(ChainId id) {
    condemned.add(id);
  }

  @Override
  public void pardon(ChainId id) {
    condemned.pardon(id);
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
        condemned.forget(next);
        deleted.add(gone);
        next = gone.parent();
      }
    }
    return deleted;
  }

  /** Whoever gives it up while others hold it has handed it over. */
  void claim(ChainId id) {
    unclaimed.clear(id);
  }

  /** The entry goes first: a directory without one is swept, an entry without one is damage. */
  private void delete(Layer layer) {
    try {
      db.remove(layer.chainId());
    } catch (IOException e) {
      references.add(layer);
      throw new SystemFailure("cannot delete layer " + layer.chainId() + ": " + e.getMessage(), e);
    }
    try {
      Failpoint.LAYER_WITHOUT_ENTRY.reached();
      driver.remove(layer.cacheId());
    } catch (SystemFailure | IOException e) {
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
  public long tarSizeBytes(ChainId id) throws IOException {
    return tarSizes.of(chain(id).getLast());
  }

  @Override
  public void createReadWrite(
      String containerId, @Nullable ChainId parent, Map<String, String> storageOptions) {
    createOn(parent, below -> readWrite.create(containerId, below, storageOptions));
  }

  @Override
  public void createWork(String id, @Nullable ChainId parent) {
    createOn(parent, below -> readWrite.createPlain(id, below));
  }

  private void createOn(@Nullable ChainId parent, Consumer<@Nullable Layer> create) {
    Layer below = parent == null ? null : retain(parent);
    try {
      create.accept(below);
    } catch (RuntimeException e) {
      if (parent != null) {
        release(parent);
      }
      throw e;
    }
  }

  @Override
  public Path mount(String containerId, String label) {
    return differences.mount(containerId, label);
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
    differences.forget(entry);
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
    return differences.data(containerId);
  }

  @Override
  public Map<String, String> layerData(ChainId id) {
    return driver.metadata(chain(id).getLast().cacheId());
  }

  @Override
  public List<Change> changes(String containerId) {
    return differences.list(containerId);
  }

  @Override
  public long readWriteSizeBytes(String containerId) {
    return differences.sizeBytes(containerId);
  }

  @Override
  public Changes readWriteChanges(String containerId) {
    return differences.directory(containerId);
  }

  @Override
  public void recover(Set<String> existing) {
    new LayerRecovery(this, driver, db, readWrite, references, unclaimed, containers).run(existing);
  }
}
