package io.layerd.graph.vfs;

import io.layerd.durable.AtomicFiles;
import io.layerd.durable.Failpoint;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.BusyDeletion;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.LayerChanges;
import io.layerd.graph.LayerIds;
import io.layerd.graph.LayerName;
import io.layerd.graph.tree.TreeChanges;
import io.layerd.graph.tree.TreeCopy;
import io.layerd.graph.tree.TreeMerge;
import io.layerd.graph.tree.TreeNames;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * vfs, with dockerd's layout on disk: {@code dir/<id>} is a layer with all that is below it. Works
 * on any file system, needs no mount, and costs a copy for each layer and container.
 */
public final class VfsDriver implements GraphDriver {
  private static final Logger LOG = Logger.getLogger(VfsDriver.class);
  private static final int HOME_MODE = 0710;
  private static final int LAYER_MODE = 0755;

  /** Names of what is not finished; swept at start. */
  private static final String UNFINISHED = ".";

  private final Sys sys;
  private final Path directory;
  private final AtomicFiles files;
  private final BusyDeletion deletion;

  private VfsDriver(Sys sys, Path home) {
    this.sys = sys;
    this.directory = home.resolve("dir");
    this.files = new AtomicFiles(sys);
    this.deletion = new BusyDeletion(sys);
  }

  /**
   * Opens a home directory, made if absent.
   *
   * @param sys the kernel that layers are seen through
   * @param options {@code --storage-opt} values
   */
  public static VfsDriver open(Sys sys, Path home, List<String> options) {
    VfsOptions.check(options);
    VfsDriver driver = new VfsDriver(sys, home.toAbsolutePath().normalize());
    try {
      new AtomicFiles(sys.outside()).createDirectories(driver.directory, HOME_MODE);
      sys.letPass(bytes(home));
      sys.letPass(bytes(driver.directory));
      return driver;
    } catch (IOException e) {
      throw new SystemFailure("cannot create " + driver.directory + ": " + e.getMessage(), e);
    }
  }

  /** The same where owners of files are the host's. */
  public static VfsDriver open(Path home, List<String> options) {
    return open(Sys.host(), home, options);
  }

  @Override
  public String name() {
    return "vfs";
  }

  @Override
  public List<Map.Entry<String, String>> status() {
    return List.of();
  }

  @Override
  public void create(String id) {
    try {
      files.createDirectory(diff(id), LAYER_MODE);
    } catch (IOException e) {
      throw new SystemFailure("cannot create layer: " + e.getMessage(), e);
    }
  }

  @Override
  public Path diff(String id) {
    if (id.isEmpty() || id.indexOf('/') >= 0 || id.startsWith(".")) {
      throw new InvalidParameter("invalid layer id: " + id);
    }
    return directory.resolve(id);
  }

  @Override
  public boolean setParent(String id, String parent) {
    Path layer = diff(id);
    Path whole = unfinished(id);
    try {
      copy(parent, whole);
      TreeMerge.apply(sys, layer, whole);
      Failpoint.LAYER_LINKED.reached();
      deletion.delete(layer);
      sys.renameat(Sys.AT_FDCWD, bytes(whole), Sys.AT_FDCWD, bytes(layer));
      return true;
    } catch (IOException e) {
      throw discard(whole, new SystemFailure("cannot stack layer: " + e.getMessage(), e));
    }
  }

  private Path unfinished(String id) {
    return directory.resolve(UNFINISHED + id + "-" + UUID.randomUUID());
  }

  private void copy(String parent, Path to) throws IOException {
    if (!exists(parent)) {
      throw new IOException("parent layer " + parent + " does not exist");
    }
    files.createDirectory(to, LAYER_MODE);
    Failpoint.LAYER_DIRECTORY.reached();
    TreeCopy.deep(sys, diff(parent), to);
  }

  private SystemFailure discard(Path unfinished, SystemFailure cause) {
    try {
      deletion.delete(unfinished);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    return cause;
  }

  @Override
  public void createReadWrite(
      String id, @Nullable String parent, Map<String, String> storageOptions) {
    VfsOptions.checkReadWrite(storageOptions);
    if (parent == null) {
      create(id);
      return;
    }
    Path layer = diff(id);
    Path whole = unfinished(id);
    try {
      copy(parent, whole);
      sys.renameat(Sys.AT_FDCWD, bytes(whole), Sys.AT_FDCWD, bytes(layer));
    } catch (IOException e) {
      throw discard(whole, new SystemFailure("cannot create layer: " + e.getMessage(), e));
    }
  }

  @Override
  public void populate(String id, List<LayerName> names) {
    TreeNames tree = new TreeNames(sys, diff(id));
    try {
      for (LayerName name : names) {
        tree.put(name);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot fill layer " + id + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean exists(String id) {
    return Files.isDirectory(diff(id), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Path mount(String id) {
    if (!exists(id)) {
      throw new SystemFailure("layer " + id + " does not exist: " + diff(id) + " is missing");
    }
    return diff(id);
  }

  @Override
  public void release(String id) {
    // nothing is mounted
  }

  @Override
  public void remove(String id) {
    try {
      Failpoint.LAYER_UNLINKED.reached();
      deletion.delete(diff(id));
    } catch (IOException e) {
      throw new SystemFailure("cannot remove layer " + id + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<String> ids() {
    return names().stream().filter(name -> !name.startsWith(UNFINISHED)).toList();
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
      return names;
    } catch (IOException e) {
      throw new SystemFailure("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Map<String, String> metadata(String id) {
    return Map.of();
  }

  @Override
  public LayerChanges changes(String id, @Nullable String parent) {
    Path result = unfinished(id);
    try {
      files.createDirectory(result, LAYER_MODE);
      TreeChanges.find(sys, parent == null ? null : diff(parent), diff(id), result);
      return new LayerChanges(result, () -> forget(result));
    } catch (IOException e) {
      throw discard(
          result, new SystemFailure("cannot compare layer " + id + ": " + e.getMessage(), e));
    }
  }

  private void forget(Path result) {
    try {
      deletion.delete(result);
    } catch (IOException e) {
      LOG.warnf("Cannot delete %s: %s", result, e.getMessage());
    }
  }

  @Override
  public long sizeBytes(String id, @Nullable String parent) {
    try (LayerChanges changes = changes(id, parent)) {
      return new Trees(sys).sizeBytes(changes.directory());
    } catch (IOException e) {
      throw new SystemFailure("cannot measure layer " + id + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void recover(Set<String> known) {
    for (String name : names()) {
      boolean unfinished = name.startsWith(UNFINISHED);
      if (unfinished || (!known.contains(name) && LayerIds.isLayerStores(name))) {
        LOG.infof("Deleting layer directory %s, which nothing refers to", name);
        try {
          deletion.delete(directory.resolve(name));
        } catch (IOException | EngineException e) {
          LOG.warnf("Layer directory %s is left as it is: %s", name, e.getMessage());
        }
      }
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
