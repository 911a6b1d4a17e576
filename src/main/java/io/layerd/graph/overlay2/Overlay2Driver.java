package io.layerd.graph.overlay2;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.LayerChanges;
import io.layerd.graph.LayerName;
import io.layerd.graph.overlayfs.MountCounts;
import io.layerd.graph.overlayfs.OverlayMounter;
import io.layerd.graph.overlayfs.OverlayProbe;
import io.layerd.graph.overlayfs.OverlayStack;
import io.layerd.graph.overlayfs.OverlaySupport;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** overlay2, with dockerd's layout on disk. */
public final class Overlay2Driver implements GraphDriver {
  private static final Set<String> REFUSED = Set.of("aufs", "ecryptfs", "nfs", "overlayfs", "zfs");

  private final Layout layout;
  private final LayerDirectories directories;
  private final OverlayMounter mounter;
  private final OverlayProbe.Result probe;
  private final MountCounts counts = new MountCounts();

  private Overlay2Driver(
      Sys sys, Layout layout, OverlayProbe.Result probe, OverlayMounter mounter) {
    this.layout = layout;
    this.probe = probe;
    this.mounter = mounter;
    this.directories = new LayerDirectories(sys, layout);
  }

  /**
   * Opens a home directory, made if absent, after checking that this host can mount overlays on it.
   *
   * @param sys the kernel that layers are seen through
   * @param options {@code --storage-opt} values
   * @throws SystemFailure if it cannot; the message says why
   */
  public static Overlay2Driver open(Sys sys, Path home, List<String> options) {
    return create(sys, home, options);
  }

  /** The same where owners of files are the host's. */
  public static Overlay2Driver open(Path home, List<String> options) {
    return create(Sys.host(), home, options);
  }

  /** {@link #open(Path, List)} without options. */
  public static Overlay2Driver open(Path home) {
    return create(Sys.host(), home, List.of());
  }

  private static Overlay2Driver create(Sys sys, Path home, List<String> options) {
    Overlay2Options parsed = Overlay2Options.parse(options);
    OverlaySupport.host().requireKernel("overlay2", 4, 0);
    Layout layout = new Layout(home.toAbsolutePath().normalize());
    AtomicFiles files = new AtomicFiles(sys.outside());
    try {
      files.createDirectories(layout.home(), Layout.HOME_MODE);
      files.createDirectories(layout.links(), Layout.LINKS_MODE);
      sys.letPass(layout.home().toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new SystemFailure("cannot create " + layout.home() + ": " + e.getMessage(), e);
    }
    OverlayProbe.Result probe =
        new OverlayProbe(sys.outside(), layout.home(), "overlay2", REFUSED).run();
    parsed.requireQuota(probe.backingFileSystem());
    OverlayMounter mounter = OverlayMounter.host(sys, layout.home());
    return new Overlay2Driver(sys, layout, probe, mounter);
  }

  @Override
  public String name() {
    return "overlay2";
  }

  @Override
  public List<Map.Entry<String, String>> status() {
    return List.of(
        Map.entry("Backing Filesystem", probe.backingFileSystem()),
        Map.entry("Supports d_type", "true"),
        Map.entry("Using metacopy", Boolean.toString(probe.metacopy())),
        Map.entry("Native Overlay Diff", Boolean.toString(probe.nativeDiff())),
        Map.entry("userxattr", "false"));
  }

  @Override
  public void create(String id) {
    directories.create(id, null);
  }

  @Override
  public Path diff(String id) {
    return layout.diff(id);
  }

  @Override
  public boolean setParent(String id, String parent) {
    directories.setParent(id, parent);
    return false;
  }

  @Override
  public void createReadWrite(
      String id, @Nullable String parent, Map<String, String> storageOptions) {
    Overlay2Options.checkReadWrite(storageOptions);
    directories.create(id, parent);
  }

  @Override
  public void populate(String id, List<LayerName> names) {
    directories.populate(id, names);
  }

  @Override
  public Path mount(String id) {
    return mount(id, "");
  }

  @Override
  public Path mount(String id, String label) {
    List<String> lowers = layout.readLowers(id);
    if (lowers.isEmpty()) {
      return existingDiff(id);
    }
    Path merged = layout.merged(id);
    counts.mounted(
        id,
        () -> {
          if (!mounter.isMounted(merged)) {
            mounter.mount(stack(id, lowers), label);
          }
        });
    return merged;
  }

  private OverlayStack stack(String id, List<String> lowers) {
    String merged = id + "/merged";
    if (!Files.exists(layout.committed(id))) {
      return new OverlayStack(lowers, id + "/diff", id + "/work", merged);
    }
    List<String> all = new ArrayList<>();
    all.add(id + "/diff");
    all.addAll(lowers);
    return OverlayStack.readOnly(all, merged);
  }

  private Path existingDiff(String id) {
    Path diff = layout.diff(id);
    if (!Files.isDirectory(diff, LinkOption.NOFOLLOW_LINKS)) {
      throw new SystemFailure("layer " + id + " does not exist: " + diff + " is missing");
    }
    return diff;
  }

  @Override
  public void release(String id) {
    counts.released(id, () -> mounter.unmount(layout.merged(id)));
  }

  @Override
  public boolean mayChange(String id) {
    // A layer without parents is not mounted to be written to, so that is not counted.
    return counts.isMounted(id) || layout.readLowers(id).isEmpty();
  }

  @Override
  public void remove(String id) {
    counts.removed(id, () -> directories.remove(id));
  }

  @Override
  public boolean exists(String id) {
    return Files.isDirectory(layout.diff(id), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<String> ids() {
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(layout.home())) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.equals("l") && !name.startsWith(".") && Files.isDirectory(entry)) {
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
    List<Path> lowers = layout.lowerDirectories(id);
    if (!lowers.isEmpty()) {
      data.put("LowerDir", lowers.stream().map(Path::toString).collect(Collectors.joining(":")));
    }
    data.put("MergedDir", layout.merged(id).toString());
    data.put("UpperDir", layout.diff(id).toString());
    data.put("WorkDir", layout.work(id).toString());
    return data;
  }

  @Override
  public LayerChanges changes(String id, @Nullable String parent) {
    return LayerChanges.kept(existingDiff(id));
  }

  @Override
  public long sizeBytes(String id, @Nullable String parent) {
    return directories.sizeBytes(id);
  }

  @Override
  public void recover(Set<String> known) {
    new Recovery(layout, directories, mounter).run(ids(), known).forEach(counts::survived);
  }
}
