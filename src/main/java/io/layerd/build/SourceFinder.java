package io.layerd.build;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finds what COPY and ADD name, in a context or in an image. */
final class SourceFinder {
  private final Sys sys;
  private final Path root;
  private final boolean context;

  /**
   * @param context whether the root is a build's context, which names may not leave
   */
  SourceFinder(Sys sys, Path root, boolean context) {
    this.sys = sys;
    this.root = root;
    this.context = context;
  }

  /**
   * @throws NotFound if a name without wildcards stands for nothing
   */
  List<CopySource> find(List<String> names) throws ErrnoException {
    List<CopySource> found = new ArrayList<>();
    for (String name : names) {
      String clean = clean(name);
      if (clean.matches(".*[*?\\[].*")) {
        match(clean, found);
      } else {
        found.add(one(clean));
      }
    }
    return found;
  }

  private String clean(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/")) {
      if (part.equals("..")) {
        if (parts.isEmpty() && context) {
          throw new InvalidParameter("forbidden path outside the build context: " + name + " ()");
        }
        if (!parts.isEmpty()) {
          parts.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  private CopySource one(String name) throws ErrnoException {
    TreePath path = TreePath.follow(sys, root, name);
    Stat stat = path.stat();
    if (stat == null) {
      String missing = "stat " + name + ": file does not exist";
      throw new NotFound(
          context
              ? "file not found in build context or excluded by .dockerignore: " + missing
              : missing);
    }
    String base = name.substring(name.lastIndexOf('/') + 1);
    return new CopySource(path.host(), stat, TreePath.bytes(base), true);
  }

  /** Every name that fits, in order; a wildcard never stands for a slash. */
  private void match(String pattern, List<CopySource> found) throws ErrnoException {
    List<Glob> parts = Arrays.stream(pattern.split("/")).map(Glob::compile).toList();
    match(TreePath.bytes(root), "", parts, 0, found);
  }

  private void match(
      byte[] directory, String inside, List<Glob> parts, int depth, List<CopySource> found)
      throws ErrnoException {
    List<DirEntry> entries = new ArrayList<>(list(directory));
    entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    for (DirEntry entry : entries) {
      String name = new String(entry.name(), StandardCharsets.UTF_8);
      if (!parts.get(depth).matches(name)) {
        continue;
      }
      String whole = inside.isEmpty() ? name : inside + "/" + name;
      if (depth == parts.size() - 1) {
        TreePath path = TreePath.follow(sys, root, whole);
        if (path.stat() != null) {
          found.add(new CopySource(path.host(), path.stat(), entry.name(), true));
        }
        continue;
      }
      byte[] next = TreeCopy.join(directory, entry.name());
      if (sys.lstatat(Sys.AT_FDCWD, next).isDirectory()) {
        match(next, whole, parts, depth + 1, found);
      }
    }
  }

  private List<DirEntry> list(byte[] path) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      return sys.readDirectory(fd);
    } finally {
      sys.close(fd);
    }
  }
}
