package io.layerd.graph.overlay2;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.mount.Mount;
import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeDeletion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The overlay2 driver: one directory per layer, stacked by the kernel's overlay file system, in
 * dockerd's own layout.
 */
public final class Overlay2Driver implements GraphDriver {
  private static final Logger LOG = Logger.getLogger(Overlay2Driver.class);
  private static final int MAX_LOWERS = 128;
  private static final int HOME_MODE = 0710;
  private static final int DIFF_MODE = 0755;
  private static final int PRIVATE_MODE = 0700;

  /** Names that layerd and dockerd's own layer store give; BuildKit's layers have others. */
  private static final Pattern OURS = Pattern.compile("[0-9a-f]{64}(-init)?");

  private final LayerNames names;
  private final Mounts mounts;
  private final Path home;
  private final LinkNames links;
  private final OverlayMounter mounter;
  private final TreeDeletion deletion;
  private final List<Map.Entry<String, String>> status;
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();

  private Overlay2Driver(
      Sys sys, Mounts mounts, Path home, List<Map.Entry<String, String>> status) {
    this.names = new LayerNames(sys);
    this.mounts = mounts;
    this.home = home;
    this.links = new LinkNames(sys, home);
    this.mounter = new OverlayMounter(sys, home);
    this.deletion = new TreeDeletion(sys);
    this.status = status;
  }

  /**
   * Opens the driver's directory, {@code <data-root>/overlay2}, after checking that this host can.
   *
   * @throws SystemFailure if kernel or file system do not allow it
   */
  public static Overlay2Driver open(Path home) {
    Sys sys = Sys.host();
    try {
      Path root = home.toAbsolutePath().normalize();
      LayerNames names = new LayerNames(sys);
      names.directory(root, HOME_MODE);
      names.directory(root.resolve("l"), PRIVATE_MODE);
      return new Overlay2Driver(sys, Mounts.host(), root, HostChecks.run(sys, root));
    } catch (IOException e) {
      throw new SystemFailure("overlay2: cannot open " + home + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "overlay2";
  }

  @Override
  public List<Map.Entry<String, String>> status() {
    return status;
  }

  @Override
  public void create(String id) {
    make(id, List.of(), false);
  }

  @Override
  public Path diff(String id) {
    return directory(id).diff();
  }

  @Override
  public void setParent(String id, String parent) {
    try {
      LayerDirectory layer = directory(id);
      List<String> lowers = lowersOn(parent);
      names.directory(layer.work(), PRIVATE_MODE);
      markCommitted(parent);
      names.file(layer.lowerFile(), String.join(":", lowers));
    } catch (IOException e) {
      throw failure("put on its parent", id, e);
    }
  }

  @Override
  public void createReadWrite(String id, @Nullable String parent) {
    try {
      make(id, parent == null ? List.of() : lowersOn(parent), parent != null);
      if (parent != null) {
        markCommitted(parent);
      }
    } catch (IOException e) {
      throw failure("create", id, e);
    }
  }

  private void make(String id, List<String> lowers, boolean withWork) {
    LayerDirectory layer = directory(id);
    try {
      names.directory(layer.path(), HOME_MODE);
      names.directory(layer.diff(), DIFF_MODE);
      names.file(layer.linkFile(), links.create(id));
      if (withWork) {
        names.directory(layer.work(), PRIVATE_MODE);
        names.file(layer.lowerFile(), String.join(":", lowers));
      }
    } catch (IOException e) {
      SystemFailure failure = failure("create", id, e);
      try {
        remove(id);
      } catch (SystemFailure second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  private List<String> lowersOn(String parent) throws IOException {
    LayerDirectory below = directory(parent);
    List<String> lowers = new ArrayList<>();
    lowers.add("l/" + below.link());
    lowers.addAll(below.lowers());
    if (lowers.size() > MAX_LOWERS) {
      throw new InvalidParameter("max depth exceeded");
    }
    return lowers;
  }

  private void markCommitted(String parent) throws IOException {
    names.mark(directory(parent).committedFile());
  }

  @Override
  public boolean exists(String id) {
    return directory(id).exists();
  }

  @Override
  public Path mount(String id) {
    LayerDirectory layer = directory(id);
    try {
      if (!layer.hasLowers()) {
        return layer.diff();
      }
      counts.compute(id, (key, count) -> count == null ? mountFirst(layer) : count + 1);
      return layer.merged();
    } catch (MountFailure e) {
      throw failure("mount", id, e.cause);
    }
  }

  /** Carries a checked exception through a map's function. */
  private static final class MountFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient IOException cause;

    MountFailure(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private int mountFirst(LayerDirectory layer) {
    try {
      names.directory(layer.merged(), PRIVATE_MODE);
      if (mounts.isMountPoint(layer.merged())) {
        return 1;
      }
      boolean readOnly = Files.exists(layer.committedFile());
      List<String> lowers = new ArrayList<>(layer.lowers());
      if (readOnly) {
        lowers.addFirst(layer.id() + "/diff");
      }
      try {
        mounter.mount(layer.id(), lowers, readOnly ? null : layer.id());
      } catch (IOException e) {
        Files.deleteIfExists(layer.merged());
        throw e;
      }
      return 1;
    } catch (IOException e) {
      throw new MountFailure(e);
    }
  }

  @Override
  public void release(String id) {
    LayerDirectory layer = directory(id);
    try {
      counts.compute(
          id,
          (key, count) -> {
            if (count != null && count > 1) {
              return count - 1;
            }
            try {
              mounts.unmountAndDelete(layer.merged());
            } catch (IOException e) {
              throw new MountFailure(e);
            }
            return null;
          });
    } catch (MountFailure e) {
      throw failure("unmount", id, e.cause);
    }
  }

  @Override
  public void remove(String id) {
    LayerDirectory layer = directory(id);
    try {
      if (!layer.exists()) {
        return;
      }
      counts.remove(id);
      if (Files.isDirectory(layer.merged())) {
        mounts.unmountAndDelete(layer.merged());
      }
      if (Files.exists(layer.linkFile())) {
        links.remove(layer.link());
      }
      deletion.delete(layer.path());
    } catch (IOException e) {
      throw failure("delete", id, e);
    }
  }

  @Override
  public List<String> ids() {
    try (Stream<Path> paths = Files.list(home)) {
      return paths.map(p -> String.valueOf(p.getFileName())).filter(n -> !n.equals("l")).toList();
    } catch (IOException e) {
      throw new SystemFailure("cannot list " + home + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Map<String, String> metadata(String id) {
    LayerDirectory layer = directory(id);
    try {
      Map<String, String> data = new LinkedHashMap<>();
      List<String> lowers = new ArrayList<>();
      for (String lower : layer.lowers()) {
        lowers.add(directory(links.layerOf(lower)).diff().toString());
      }
      if (!lowers.isEmpty()) {
        data.put("LowerDir", String.join(":", lowers));
      }
      data.put("MergedDir", layer.merged().toString());
      data.put("UpperDir", layer.diff().toString());
      data.put("WorkDir", layer.work().toString());
      return data;
    } catch (IOException e) {
      throw failure("describe", id, e);
    }
  }

  @Override
  public void recover(Set<String> known) {
    for (String id : ids()) {
      LayerDirectory layer = directory(id);
      try {
        if (!known.contains(id)) {
          if (OURS.matcher(id).matches()) {
            LOG.infof("Deleting layer directory %s, which nothing refers to", id);
            remove(id);
          }
          continue;
        }
        if (Files.exists(layer.linkFile())
            && !Files.isSymbolicLink(home.resolve("l").resolve(layer.link()))) {
          links.restore(layer.link(), id);
        }
      } catch (IOException | SystemFailure e) {
        LOG.warnf("Layer directory %s: %s", id, e.getMessage());
      }
    }
    dropDanglingLinks();
    rememberMounts();
  }

  private void dropDanglingLinks() {
    try (Stream<Path> paths = Files.list(home.resolve("l"))) {
      for (Path link : paths.collect(Collectors.toList())) {
        if (Files.isSymbolicLink(link) && !Files.exists(link)) {
          Files.deleteIfExists(link);
        }
      }
    } catch (IOException e) {
      LOG.warnf("Cannot look through %s/l: %s", home, e.getMessage());
    }
  }

  /** Mounts of containers that outlived the last daemon count as one. */
  private void rememberMounts() {
    try {
      for (Mount mount : mounts.below(home)) {
        Path point = mount.mountPoint();
        Path parent = point.getParent();
        if (point.endsWith("merged") && parent != null && home.equals(parent.getParent())) {
          counts.putIfAbsent(String.valueOf(parent.getFileName()), 1);
        }
      }
    } catch (IOException e) {
      LOG.warnf("Cannot read the mounts below %s: %s", home, e.getMessage());
    }
  }

  private LayerDirectory directory(String id) {
    if (id.isEmpty() || id.equals("l") || id.startsWith(".") || id.indexOf('/') >= 0) {
      throw new InvalidParameter("invalid layer id: " + id);
    }
    return new LayerDirectory(home, id);
  }

  private SystemFailure failure(String verb, String id, IOException cause) {
    return new SystemFailure(
        "overlay2: cannot " + verb + " layer " + id + " in " + home + ": " + cause.getMessage(),
        cause);
  }
}
