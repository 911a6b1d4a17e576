package io.layerd.graph.overlay2;

import io.layerd.error.EngineException;
import io.layerd.graph.LayerIds;
import io.layerd.graph.overlayfs.OverlayMounter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Repairs the links between layers after a kill or a power cut: {@code l/} and {@code link} say the
 * same in two places, so either can be rebuilt from the other. Layers that nobody refers to are
 * deleted if their name says that a layer store made them.
 */
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
    for (String id : ids) {
      if (!known.contains(id) && LayerIds.isLayerStores(id)) {
        delete(id);
      }
    }
    // after the deletions: a layer whose making was cut off does not know its link
    Map<String, String> linkOfLayer = readLinks();
    List<String> mounted = new ArrayList<>();
    for (String id : ids) {
      if (known.contains(id) && repair(id, linkOfLayer)) {
        mounted.add(id);
      }
    }
    return mounted;
  }

  private void delete(String id) {
    LOG.infof("Deleting layer directory %s, which nothing refers to", id);
    try {
      directories.remove(id);
    } catch (EngineException e) {
      LOG.warnf("Layer directory %s is left as it is: %s", id, e.getMessage());
    }
  }

  // Answers whether the layer is mounted.
  private boolean repair(String id, Map<String, String> linkOfLayer) {
    try {
      repairLink(id, linkOfLayer);
      if (mounter.isMounted(layout.merged(id))) {
        return true;
      }
      Files.deleteIfExists(layout.merged(id));
    } catch (IOException | EngineException e) {
      LOG.warnf("Layer directory %s is left as it is: %s", id, e.getMessage());
    }
    return false;
  }

  // Layer id to link id, by l/; links to layers that are gone are deleted.
  private Map<String, String> readLinks() {
    Map<String, String> links = new HashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(layout.links())) {
      for (Path entry : entries) {
        if (!Files.isSymbolicLink(entry)) {
          continue;
        }
        Path diff = layout.links().resolve(Files.readSymbolicLink(entry)).normalize();
        Path layer = diff.getParent();
        if (layer == null || !layout.home().equals(layer.getParent())) {
          continue;
        }
        if (Files.isDirectory(layer, LinkOption.NOFOLLOW_LINKS)) {
          links.put(String.valueOf(layer.getFileName()), String.valueOf(entry.getFileName()));
        } else {
          Files.deleteIfExists(entry);
        }
      }
    } catch (IOException e) {
      LOG.warnf("overlay2: cannot check %s: %s", layout.links(), e.getMessage());
    }
    return links;
  }

  private void repairLink(String id, Map<String, String> linkOfLayer) throws IOException {
    String linkId = layout.readLink(id);
    String linked = linkOfLayer.get(id);
    if (linkId == null && linked != null) {
      LOG.infof("overlay2: rebuilding the link file of layer %s", id);
      Files.write(layout.linkFile(id), linked.getBytes(StandardCharsets.US_ASCII));
    } else if (linkId != null
        && LinkId.isWellFormed(linkId)
        && !Files.isSymbolicLink(layout.link(linkId))
        && Files.isDirectory(layout.diff(id))) {
      LOG.infof("overlay2: rebuilding the link of layer %s", id);
      directories.symlink(id, linkId);
    }
  }
}
