package io.layerd.graph.overlay;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.DriverOptions;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.LayerChanges;
import io.layerd.graph.LayerName;
import io.layerd.graph.overlayfs.MountCounts;
import io.layerd.graph.overlayfs.OverlayMounter;
import io.layerd.graph.overlayfs.OverlayProbe;
import io.layerd.graph.overlayfs.OverlayStack;
import io.layerd.graph.overlayfs.OverlaySupport;
import io.layerd.graph.tree.TreeChanges;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** overlay, the predecessor of overlay2, with dockerd's layout on disk. */
public final class OverlayDriver implements GraphDriver {
  /** Names of directories that hold the changes of a layer while somebody reads them. */
  static final String COMPARED = ".changes-";

  private static final Logger LOG = Logger.getLogger(OverlayDriver.class);
  private static final Set<String> REFUSED =
      Set.of("aufs", "btrfs", "ecryptfs", "nfs", "overlayfs", "zfs");

  private final Sys sys;
  private final Layout layout;
  private final OverlayMounter mounter;
  private final OverlayProbe.Result probe;
  private final LayerDirectories directories;
  private final MountCounts counts = new MountCounts();

  private OverlayDriver(Sys sys, Layout layout, OverlayProbe.Result probe, OverlayMounter mounter) {
    this.sys = sys;
    this.layout = layout;
    this.probe = probe;
    this.mounter = mounter;
    this.directories = new LayerDirectories(sys, layout, mounter);
  }

  /**
   * Opens a home directory, made if absent, after checking that this host can mount overlays on it.
   *
   * @param sys the kernel that layers are seen through
   * @param options {@code --storage-opt} values
   * @throws SystemFailure if it cannot; the message says why
   */
  public static OverlayDriver open(Sys sys, Path home, List<String> options) {
    for (DriverOptions.Option option : DriverOptions.parse(options)) {
      throw new InvalidParameter("overlay: unknown option " + option.key());
    }
    OverlaySupport.host().requireKernel("overlay", 3, 18);
    Layout layout = new Layout(home.toAbsolutePath().normalize());
    try {
      new AtomicFiles(sys.outside()).createDirectories(layout.home(), Layout.HOME_MODE);
      sys.letPass(layout.home().toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new SystemFailure("cannot create " + layout.home() + ": " + e.getMessage(), e);
    }
    OverlayProbe.Result probe =
        new OverlayProbe(sys.outside(), layout.home(), "overlay", REFUSED).run();
    return new OverlayDriver(sys, layout, probe, OverlayMounter.host(sys, layout.home()));
  }

  /** The same where owners of files are the host's. */
  public static OverlayDriver open(Path home, List<String> options) {
    return open(Sys.host(), home, options);
  }

  @Override
  public String name() {
    return "overlay";
  }

  @Override
  public List<Map.Entry<String, String>> status() {
    return List.of(
        Map.entry("Backing Filesystem", probe.backingFileSystem()),
        Map.entry("Supports d_type", "true"));
  }

  @Override
  public void create(String id) {
    directories.create(id);
  }

  @Override
  public Path diff(String id) {
    return layout.isWhole(id) ? layout.root(id) : layout.upper(id);
  }

  @Override
  public boolean setParent(String id, String parent) {
    directories.setParent(id, parent);
    return true;
  }

  @Override
  public void createReadWrite(
      String id, @Nullable String parent, Map<String, String> storageOptions) {
    if (!storageOptions.isEmpty()) {
      throw new InvalidParameter("--storage-opt is not supported for overlay");
    }
    directories.createReadWrite(id, parent);
  }

  @Override
  public void populate(String id, List<LayerName> names) {
    directories.populate(id, names);
  }

  @Override
  public boolean exists(String id) {
    return Files.isDirectory(diff(id));
  }

  @Override
  public Path mount(String id) {
    return mount(id, "");
  }

  @Override
  public Path mount(String id, String label) {
    if (layout.isWhole(id)) {
      return layout.root(id);
    }
    if (!exists(id)) {
      throw new SystemFailure(
          "layer " + id + " does not exist: " + layout.upper(id) + " is missing");
    }
    Path merged = layout.merged(id);
    counts.mounted(
        id,
        () -> {
          if (!mounter.isMounted(merged)) {
            List<String> lowers = List.of(layout.lower(id) + "/root");
            mounter.mount(
                new OverlayStack(lowers, id + "/upper", id + "/work", id + "/merged"), label);
          }
        });
    return merged;
  }

  @Override
  public void release(String id) {
    if (!layout.isWhole(id)) {
      counts.released(id, () -> mounter.unmount(layout.merged(id)));
    }
  }

  @Override
  public boolean mayChange(String id) {
    return layout.isWhole(id) || counts.isMounted(id);
  }

  @Override
  public void remove(String id) {
    counts.removed(id, () -> directories.remove(id));
  }

  @Override
  public List<String> ids() {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(layout.home())) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.startsWith(".") && Files.isDirectory(entry)) {
          ids.add(name);
        }
      }
      return ids;
    } catch (IOException e) {
      throw new SystemFailure("cannot list " + layout.home() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Map<String, String> metadata(String id) {
    Map<String, String> data = new LinkedHashMap<>();
    if (layout.isWhole(id)) {
      data.put("RootDir", layout.root(id).toString());
      return data;
    }
    data.put("LowerDir", layout.root(layout.lower(id)).toString());
    data.put("MergedDir", layout.merged(id).toString());
    data.put("UpperDir", layout.upper(id).toString());
    data.put("WorkDir", layout.work(id).toString());
    return data;
  }

  @Override
  public LayerChanges changes(String id, @Nullable String parent) {
    if (parent == null || layout.isWhole(parent)) {
      return LayerChanges.kept(diff(id));
    }
    Path result = layout.home().resolve(COMPARED + UUID.randomUUID());
    LayerChanges changes = new LayerChanges(result, () -> forget(result));
    try {
      new AtomicFiles(sys).createDirectory(result, Layout.ROOT_MODE);
      TreeChanges.find(sys, layout.upper(parent), layout.upper(id), result);
      return changes;
    } catch (IOException e) {
      changes.close();
      throw new SystemFailure("cannot compare layer " + id + ": " + e.getMessage(), e);
    }
  }

  private void forget(Path result) {
    try {
      directories.delete(result);
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
    new Recovery(layout, directories, mounter).run(ids(), known).forEach(counts::survived);
  }
}
