package io.layerd.mount;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Mounts of this process's mount namespace. Stateless: the kernel is asked each time. */
public final class Mounts {
  private static final Path SELF = Path.of("/proc/self/mountinfo");

  private final Sys sys;
  private final Path mountInfo;

  public Mounts(Sys sys) {
    this(sys, SELF);
  }

  /** With another mountinfo file, for tests without root. */
  Mounts(Sys sys, Path mountInfo) {
    this.sys = sys;
    this.mountInfo = mountInfo;
  }

  /** On this machine's kernel. */
  public static Mounts host() {
    return new Mounts(Sys.host());
  }

  /** Every mount, in the kernel's order. */
  public List<Mount> list() throws IOException {
    return MountInfo.parse(new String(Files.readAllBytes(mountInfo), StandardCharsets.UTF_8));
  }

  /** Mounts at or below a directory, deepest and latest first: the order to unmount them in. */
  public List<Mount> below(Path directory) throws IOException {
    Path root = directory.toAbsolutePath().normalize();
    List<Mount> below = list().stream().filter(m -> m.mountPoint().startsWith(root)).toList();
    return below.reversed().stream()
        .sorted(Comparator.comparingInt((Mount m) -> m.mountPoint().getNameCount()).reversed())
        .toList();
  }

  /** The mount that a path lies on. */
  public Optional<Mount> containing(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    return list().stream()
        .filter(m -> absolute.startsWith(m.mountPoint()))
        .reduce((a, b) -> b.mountPoint().getNameCount() >= a.mountPoint().getNameCount() ? b : a);
  }

  /** Whether something is mounted exactly there. */
  public boolean isMountPoint(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    return list().stream().anyMatch(m -> m.mountPoint().equals(absolute));
  }

  /**
   * mount(2).
   *
   * @param flags a set of {@code Sys.MS_} flags
   */
  public void mount(String source, Path target, String type, long flags, String data)
      throws ErrnoException {
    sys.mount(source, target.toString(), type, flags, data);
  }

  /** Makes a directory or file appear at another place as well. */
  public void bind(Path source, Path target, boolean recursive) throws ErrnoException {
    long flags = recursive ? Sys.MS_BIND | Sys.MS_REC : Sys.MS_BIND;
    sys.mount(source.toString(), target.toString(), "none", flags, "");
  }

  /** Keeps mounts made below a mount point from reaching other namespaces, and theirs from here. */
  public void makePrivate(Path mountPoint) throws ErrnoException {
    sys.mount("none", mountPoint.toString(), "none", Sys.MS_PRIVATE, "");
  }

  /**
   * Unmounts lazily: at once for new lookups, for good when the last user is gone. Something that
   * is not mounted, or not there, is success.
   *
   * @return whether something was unmounted
   */
  public boolean unmount(Path target) throws ErrnoException {
    try {
      sys.umount2(target.toString(), Sys.MNT_DETACH);
      return true;
    } catch (ErrnoException e) {
      if (e.is(ErrnoException.EINVAL) || e.is(ErrnoException.ENOENT)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Unmounts lazily and deletes the mount point. The deletion is what also takes copies of the
   * mount out of other mount namespaces.
   */
  public void unmountAndDelete(Path target) throws IOException {
    unmount(target);
    Files.deleteIfExists(target);
  }

  /** Unmounts everything at and below a directory, as often as it is mounted. */
  public void unmountAll(Path directory) throws IOException {
    for (Mount mount : below(directory)) {
      unmount(mount.mountPoint());
    }
  }
}
