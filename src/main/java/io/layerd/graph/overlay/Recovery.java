package io.layerd.graph.overlay;

import io.layerd.error.EngineException;
import io.layerd.graph.LayerIds;
import io.layerd.graph.overlayfs.OverlayMounter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/** Deletes what a killed daemon left, and finds the mounts that outlived it. */
final class Recovery {
  private static final Logger LOG = Logger.getLogger(Recovery.class);

  private final Layout layout;
  private final LayerDirectories directories;
  private final OverlayMounter mounter;

  Recovery(Layout layout, LayerDirectories directories, OverlayMounter mounter) {
    this.layout = layout;
    this.directories = directories;
    this.mounter = mounter;
  }

  /**
   * @param ids every layer there is
   * @param known those somebody refers to
   * @return those that are mounted: their containers outlived the daemon
   */
  List<String> run(List<String> ids, Set<String> known) {
    List<String> mounted = new ArrayList<>();
    deleteAll(layout.home(), OverlayDriver.COMPARED + "*");
    for (String id : ids) {
      try {
        if (known.contains(id)) {
          deleteAll(layout.layer(id), Layout.TEMPORARY_ROOT + "*");
          if (mounter.isMounted(layout.merged(id))) {
            mounted.add(id);
          } else {
            Files.deleteIfExists(layout.merged(id));
          }
        } else if (LayerIds.isLayerStores(id)) {
          LOG.infof("Deleting layer directory %s, which nothing refers to", id);
          directories.remove(id);
        }
      } catch (IOException | EngineException e) {
        LOG.warnf("Layer directory %s is left as it is: %s", id, e.getMessage());
      }
    }
    return mounted;
  }

  private void deleteAll(Path parent, String names) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, names)) {
      for (Path path : left) {
        directories.delete(path);
      }
    } catch (IOException e) {
      LOG.warnf("Cannot sweep %s: %s", parent, e.getMessage());
    }
  }
}
