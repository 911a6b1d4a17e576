package io.layerd.volume;

import io.layerd.error.SystemFailure;
import io.layerd.sys.DirEntry;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * Fills a fresh volume with what an image has at its place: content, owners, modes, times, extended
 * attributes, links, hard links and devices. Names are bytes throughout.
 */
public final class VolumeCopy {
  private final Sys sys;

  public VolumeCopy(Sys sys) {
    this.sys = sys;
  }

  /** On this machine's kernel. */
  public static VolumeCopy host() {
    return new VolumeCopy(Sys.host());
  }

  /**
   * Copies a directory into a volume that is empty; the volume's own directory gets owner and mode
   * of the source. A volume that holds anything is left alone.
   *
   * @param source a directory inside the mounted root of a container, links resolved by the caller
   * @return whether something was done
   */
  public boolean populate(Path volume, Path source) {
    if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    byte[] from = bytes(source);
    byte[] to = bytes(volume);
    try {
      if (!list(to).isEmpty()) {
        return false;
      }
      new TreeCopy(sys, TreeCopy.Options.PLAIN).contents(from, to, true);
      return true;
    } catch (IOException e) {
      throw new SystemFailure(
          "failed to copy " + source + " to volume " + volume + ": " + e.getMessage(), e);
    }
  }

  private List<DirEntry> list(byte[] path) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      return sys.readDirectory(fd);
    } finally {
      sys.close(fd);
    }
  }

  private static byte[] bytes(Path path) {
    return path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
  }
}
