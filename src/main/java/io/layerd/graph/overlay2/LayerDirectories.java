package io.layerd.graph.overlay2;

import io.layerd.durable.AtomicFiles;
import io.layerd.durable.Failpoint;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.BusyDeletion;
import io.layerd.graph.LayerName;
import io.layerd.graph.overlayfs.LayerNames;
import io.layerd.mount.Mounts;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes, stacks and deletes the directories of layers. */
final class LayerDirectories {
  private static final byte[] NOTHING = {};

  private final Sys sys;
  private final Layout layout;
  private final AtomicFiles files;
  private final AtomicFiles content;
  private final Mounts mounts;
  private final Trees trees;
  private final BusyDeletion deletion;

  LayerDirectories(Sys sys, Layout layout) {
    this.sys = sys;
    this.layout = layout;
    this.files = new AtomicFiles(sys.outside());
    this.content = new AtomicFiles(sys);
    this.mounts = new Mounts(sys);
    this.trees = new Trees(sys);
    this.deletion = new BusyDeletion(sys);
  }

  void create(String id, @Nullable String parent) {
    boolean made = false;
    String linkId = LinkId.random();
    try {
      files.createDirectory(layout.layer(id), Layout.LAYER_MODE);
      made = true;
      sys.letPass(bytes(layout.layer(id)));
      Failpoint.LAYER_DIRECTORY.reached();
      content.createDirectory(layout.diff(id), Layout.DIFF_MODE);
      symlink(id, linkId);
      Failpoint.LAYER_LINKED.reached();
      files.create(layout.linkFile(id), ascii(linkId), Layout.TEXT_MODE);
      if (parent != null) {
        stack(id, parent);
      }
    } catch (IOException e) {
      SystemFailure failure = new SystemFailure("cannot create layer: " + e.getMessage(), e);
      if (made) {
        discard(id, linkId, failure);
      }
      throw failure;
    } catch (EngineException e) {
      discard(id, linkId, e);
      throw e;
    }
  }

  // The layer may not know its link yet.
  private void discard(String id, String linkId, EngineException cause) {
    try {
      Files.deleteIfExists(layout.link(linkId));
      remove(id);
    } catch (IOException | SystemFailure e) {
      cause.addSuppressed(e);
    }
  }

  void setParent(String id, String parent) {
    try {
      stack(id, parent);
    } catch (IOException e) {
      throw new SystemFailure("cannot stack layer: " + e.getMessage(), e);
    }
  }

  private void stack(String id, String parent) throws IOException {
    String lower = lowerOf(parent);
    if (sys.findat(Sys.AT_FDCWD, bytes(layout.committed(parent))) == null) {
      commit(parent);
    }
    content.createDirectory(layout.work(id), Layout.WORK_MODE);
    files.create(layout.lowerFile(id), ascii(lower), Layout.TEXT_MODE);
  }

  private String lowerOf(String parent) {
    String link = layout.readLink(parent);
    if (link == null) {
      throw new SystemFailure("parent layer " + parent + " does not exist or is damaged");
    }
    List<String> below = layout.readLowers(parent);
    if (below.size() + 1 > Layout.MAX_LOWERS) {
      throw new InvalidParameter("max depth exceeded");
    }
    List<String> lowers = new ArrayList<>();
    lowers.add("l/" + link);
    lowers.addAll(below);
    return String.join(":", lowers);
  }

  // Two children may be made at once: either makes the mark.
  private void commit(String parent) throws IOException {
    try {
      files.create(layout.committed(parent), NOTHING, Layout.COMMITTED_MODE);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EEXIST)) {
        throw e;
      }
    }
  }

  void symlink(String id, String linkId) throws ErrnoException {
    sys.outside().symlinkat(ascii("../" + id + "/diff"), Sys.AT_FDCWD, bytes(layout.link(linkId)));
  }

  /**
   * Deletes a layer: its link first, so that no link ever points nowhere for long. Something that
   * keeps it busy (a lookup under way, a mount that another namespace is giving up) gets a second.
   */
  void remove(String id) {
    try {
      Path merged = layout.merged(id);
      if (Files.isDirectory(merged, LinkOption.NOFOLLOW_LINKS)) {
        mounts.unmountAndDelete(merged);
      }
      String linkId = layout.readLink(id);
      if (linkId != null && LinkId.isWellFormed(linkId)) {
        Files.deleteIfExists(layout.link(linkId));
      }
      Failpoint.LAYER_UNLINKED.reached();
      deletion.delete(layout.layer(id));
    } catch (IOException e) {
      throw new SystemFailure("cannot remove layer " + id + ": " + e.getMessage(), e);
    }
  }

  /** Bytes of a layer's own content. */
  long sizeBytes(String id) {
    try {
      return trees.sizeBytes(layout.diff(id));
    } catch (IOException e) {
      throw new SystemFailure("cannot measure layer " + id + ": " + e.getMessage(), e);
    }
  }

  /** See {@link io.layerd.graph.GraphDriver#populate}. */
  void populate(String id, List<LayerName> names) {
    LayerNames target = new LayerNames(sys, layout.diff(id), layout.lowerDirectories(id));
    try {
      for (LayerName name : names) {
        target.put(name);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot fill layer " + id + ": " + e.getMessage(), e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
