package io.layerd.sys;

import static io.layerd.sys.Sys.AT_FDCWD;
import static io.layerd.sys.Sys.AT_REMOVEDIR;
import static io.layerd.sys.Sys.O_DIRECTORY;
import static io.layerd.sys.Sys.O_NOFOLLOW;
import static io.layerd.sys.Sys.O_RDONLY;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import jnr.constants.platform.Errno;

/**
 * Whole directory trees with any names in them, links never followed. Levels are walked by
 * descriptor, so that a path may be longer than PATH_MAX and nobody can swap a directory for a link
 * on the way.
 */
public final class Trees {
  /** Descriptors held at once; what lies deeper is moved up before it is deleted. */
  private static final int LEVELS = 200;

  private static final int DIRECTORY = 4;
  private static final int UNKNOWN = 0;

  private final Sys sys;

  public Trees(Sys sys) {
    this.sys = sys;
  }

  /**
   * Deletes a file or a directory with all in it; absent is success.
   *
   * @throws ErrnoException EBUSY if something is mounted in it
   */
  public void delete(Path path) throws ErrnoException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    Stat stat = sys.findat(AT_FDCWD, name);
    if (stat == null) {
      return;
    }
    if (!stat.isDirectory()) {
      unlink(AT_FDCWD, name, 0);
      return;
    }
    int root = sys.openat(AT_FDCWD, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    try {
      // A second round deletes what the first moved up.
      while (empty(root, root, 0, true)) {}
    } finally {
      sys.close(root);
    }
    unlink(AT_FDCWD, name, AT_REMOVEDIR);
  }

  // Answers whether something was moved to the root, to be deleted in another round.
  private boolean empty(int directory, int root, int level, boolean alone) throws ErrnoException {
    AtomicBoolean moved = new AtomicBoolean();
    int listing = sys.openat(directory, new byte[] {'.'}, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    try {
      List<Pieces.Piece> pieces = new ArrayList<>();
      for (DirEntry entry : sys.readDirectory(listing)) {
        pieces.add(
            single -> {
              if (delete(listing, entry, root, level, single)) {
                moved.set(true);
              }
            });
      }
      Pieces.run(pieces, alone);
    } finally {
      sys.close(listing);
    }
    return moved.get();
  }

  private boolean delete(int directory, DirEntry entry, int root, int level, boolean alone)
      throws ErrnoException {
    if (!isDirectory(directory, entry)) {
      unlink(directory, entry.name(), 0);
      return false;
    }
    if (level == LEVELS) {
      sys.renameat(directory, entry.name(), root, uniqueName(entry));
      return true;
    }
    return deleteChild(directory, entry, root, level + 1, alone);
  }

  private boolean deleteChild(int directory, DirEntry entry, int root, int level, boolean alone)
      throws ErrnoException {
    boolean moved;
    int child;
    try {
      child = sys.openat(directory, entry.name(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT)) {
        return false;
      }
      throw e;
    }
    try {
      moved = empty(child, root, level, alone);
    } finally {
      sys.close(child);
    }
    unlink(directory, entry.name(), AT_REMOVEDIR);
    return moved;
  }

  private static byte[] uniqueName(DirEntry entry) {
    return (".deep-" + entry.inode()).getBytes(StandardCharsets.US_ASCII);
  }

  private void unlink(int directory, byte[] name, int flags) throws ErrnoException {
    try {
      sys.unlinkat(directory, name, flags);
    } catch (ErrnoException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Sum of the sizes of all but directories, each inode once; an absent tree has size 0. */
  public long sizeBytes(Path path) throws ErrnoException {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (sys.findat(AT_FDCWD, name) == null) {
      return 0;
    }
    int root = sys.openat(AT_FDCWD, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    try {
      return sizeBytes(root, new HashSet<>(), 0);
    } finally {
      sys.close(root);
    }
  }

  private long sizeBytes(int directory, Set<Long> linked, int level) throws ErrnoException {
    long sum = 0;
    for (DirEntry entry : sys.readDirectory(directory)) {
      if (entry.type() == DIRECTORY) {
        sum += sizeOfChild(directory, entry, linked, level + 1);
        continue;
      }
      Stat stat = sys.findat(directory, entry.name());
      if (stat == null) {
        continue;
      }
      if (stat.isDirectory()) {
        sum += sizeOfChild(directory, entry, linked, level + 1);
      } else if (stat.linkCount() == 1 || linked.add(stat.inode())) {
        sum += stat.sizeBytes();
      }
    }
    return sum;
  }

  private long sizeOfChild(int directory, DirEntry entry, Set<Long> linked, int level)
      throws ErrnoException {
    if (level > LEVELS * 4) {
      // No real layer is that deep, and descriptors are not without end.
      return 0;
    }
    int child;
    try {
      child = sys.openat(directory, entry.name(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    } catch (ErrnoException e) {
      // Deleted by a running container meanwhile.
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
        return 0;
      }
      throw e;
    }
    try {
      return sizeBytes(child, linked, level);
    } finally {
      sys.close(child);
    }
  }

  private boolean isDirectory(int directory, DirEntry entry) throws ErrnoException {
    if (entry.type() != UNKNOWN) {
      return entry.type() == DIRECTORY;
    }
    Stat stat = sys.findat(directory, entry.name());
    return stat != null && stat.isDirectory();
  }
}
