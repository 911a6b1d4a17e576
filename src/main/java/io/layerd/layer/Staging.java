package io.layerd.layer;

import io.layerd.archive.UnpackResult;
import io.layerd.durable.Failpoint;
import io.layerd.durable.WriteSet;
import io.layerd.graph.GraphDriver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jboss.logging.Logger;

/** Makes layers that have no place in a chain yet. After a failure nothing of them is left. */
final class Staging {
  private static final Logger LOG = Logger.getLogger(Staging.class);

  private final GraphDriver driver;
  private final LayerDb db;
  private final SyncGroup sync;
  private final TarSizes tarSizes;

  Staging(GraphDriver driver, LayerDb db, SyncGroup sync, TarSizes tarSizes) {
    this.driver = driver;
    this.db = db;
    this.sync = sync;
    this.tarSizes = tarSizes;
  }

  /** Fills the directory of a layer and records how to make its tar again. */
  interface Filling {
    UnpackResult fill(Path directory, OutputStream tarSplit) throws IOException;
  }

  StagedLayer stage(Filling filling) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String cacheId = HexFormat.of().formatHex(random);
    WriteSet set = db.begin();
    boolean staged = false;
    try {
      driver.create(cacheId);
      UnpackResult result;
      try (OutputStream tarSplit = set.create(LayerDb.tarSplitName())) {
        result = filling.fill(driver.diff(cacheId), tarSplit);
      }
      Failpoint.LAYER_STAGED.reached();
      tarSizes.know(result.diffId(), result.tarSizeBytes());
      sync.add(cacheId);
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

  /** Throws a staged layer away. */
  void discard(StagedLayer staged) {
    sync.forget(staged.cacheId());
    driver.remove(staged.cacheId());
    try {
      SmallDirectories.delete(staged.staging());
    } catch (IOException e) {
      LOG.warnf("Cannot delete %s: %s", staged.staging(), e.getMessage());
    }
  }
}
