package io.layerd.graph.overlay;

import io.layerd.durable.AtomicFiles;
import io.layerd.durable.Failpoint;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.graph.BusyDeletion;
import io.layerd.graph.LayerName;
import io.layerd.graph.overlayfs.LayerNames;
import io.layerd.graph.overlayfs.OverlayMounter;
import io.layerd.graph.tree.TreeCopy;
import io.layerd.graph.tree.TreeMerge;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes, stacks and deletes the directories of layers. */
final class LayerDirectories {
  private final Sys sys;
  private final Layout layout;
  private final OverlayMounter mounter;
  private final AtomicFiles files;
  private final AtomicFiles content;
  private final BusyDeletion deletion;

  LayerDirectories(Sys sys, Layout layout, OverlayMounter mounter) {
    this.sys = sys;
    this.layout = layout;
    this.mounter = mounter;
    this.files = new AtomicFiles(sys.outside());
    this.content = new AtomicFiles(sys);
    this.deletion = new BusyDeletion(sys);
  }

  private interface Step {
    void run() throws IOException;
  }

  /** An empty layer of an image. */
  void create(String id) {
    make(id, () -> content.createDirectory(layout.root(id), Layout.ROOT_MODE));
  }

  /** A layer to write to. */
  void createReadWrite(String id, @Nullable String parent) {
    if (parent == null) {
      create(id);
    } else {
      make(id, () -> overlay(id, parent));
    }
  }

  private void make(String id, Step content) {
    boolean made = false;
    try {
      files.createDirectory(layout.layer(id), Layout.LAYER_MODE);
      made = true;
      sys.letPass(bytes(layout.layer(id)));
      Failpoint.LAYER_DIRECTORY.reached();
      content.run();
    } catch (IOException e) {
      SystemFailure failure = new SystemFailure("cannot create layer: " + e.getMessage(), e);
      if (made) {
        discard(id, failure);
      }
      throw failure;
    } catch (EngineException e) {
      discard(id, e);
      throw e;
    }
  }

  private void discard(String id, EngineException cause) {
    try {
      remove(id);
    } catch (SystemFailure e) {
      cause.addSuppressed(e);
    }
  }

  // There are only two layers to an overlay: what is made on a container's layer begins with a
  // copy of what that one holds.
  private void overlay(String id, String parent) throws IOException {
    Path upper = layout.upper(id);
    if (layout.isWhole(parent)) {
      byte[] root = bytes(layout.root(parent));
      Stat stat = sys.lstatat(Sys.AT_FDCWD, root);
      content.createDirectory(upper, stat.permissions());
      sys.lchownat(Sys.AT_FDCWD, bytes(upper), stat.uid(), stat.gid());
      writeLower(id, parent);
    } else if (Files.isDirectory(layout.upper(parent), LinkOption.NOFOLLOW_LINKS)) {
      content.createDirectory(upper, Layout.ROOT_MODE);
      TreeCopy.deep(sys, layout.upper(parent), upper);
      writeLower(id, layout.lower(parent));
    } else {
      throw new IOException("parent layer " + parent + " does not exist or is damaged");
    }
    content.createDirectory(layout.work(id), Layout.WORK_MODE);
  }

  private void writeLower(String id, String lower) throws IOException {
    byte[] text = lower.getBytes(StandardCharsets.US_ASCII);
    files.create(layout.lowerFile(id), text, Layout.LOWER_ID_MODE);
  }

  /** Turns the changes in a layer's root into a whole tree on its parent's. */
  void setParent(String id, String parent) {
    Path root = layout.root(id);
    Path whole = layout.layer(id).resolve(Layout.TEMPORARY_ROOT + UUID.randomUUID());
    try {
      if (!layout.isWhole(parent)) {
        throw new IOException("parent layer " + parent + " does not exist or is no image's");
      }
      content.createDirectory(whole, Layout.ROOT_MODE);
      TreeCopy.linked(sys, layout.root(parent), whole);
      TreeMerge.apply(sys, root, whole);
      Failpoint.LAYER_LINKED.reached();
      deletion.delete(root);
      sys.renameat(Sys.AT_FDCWD, bytes(whole), Sys.AT_FDCWD, bytes(root));
    } catch (IOException e) {
      SystemFailure failure = new SystemFailure("cannot stack layer: " + e.getMessage(), e);
      try {
        deletion.delete(whole);
      } catch (IOException again) {
        failure.addSuppressed(again);
      }
      throw failure;
    }
  }

  void populate(String id, List<LayerName> names) {
    boolean whole = layout.isWhole(id);
    List<Path> lowers = whole ? List.of() : List.of(layout.root(layout.lower(id)));
    Path upper = whole ? layout.root(id) : layout.upper(id);
    LayerNames target = new LayerNames(sys, upper, lowers);
    try {
      for (LayerName name : names) {
        target.put(name);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot fill layer " + id + ": " + e.getMessage(), e);
    }
  }

  void remove(String id) {
    try {
      Path merged = layout.merged(id);
      if (Files.isDirectory(merged, LinkOption.NOFOLLOW_LINKS)) {
        mounter.unmount(merged);
      }
      Failpoint.LAYER_UNLINKED.reached();
      deletion.delete(layout.layer(id));
    } catch (IOException e) {
      throw new SystemFailure("cannot remove layer " + id + ": " + e.getMessage(), e);
    }
  }

  void delete(Path path) throws IOException {
    deletion.delete(path);
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
