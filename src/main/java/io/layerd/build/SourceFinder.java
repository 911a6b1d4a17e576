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
  private final boolean parents;
  private String missing = "";

  /**
   * @param context whether the root is a build's context, which names may not leave
   * @param parents whether the directories on the way are to be made too
   */
  SourceFinder(Sys sys, Path root, boolean context, boolean parents) {
    this.sys = sys;
    this.root = root;
    this.context = context;
    this.parents = parents;
  }

  /**
   * @throws NotFound if a name without wildcards stands for nothing
   */
  List<CopySource> find(String name) throws ErrnoException {
    List<CopySource> found = new ArrayList<>();
    String clean = clean(name);
    int kept = kept(name);
    if (clean.matches(".*[*?\\[].*")) {
      match(clean, kept, found);
    } else {
      found.add(one(clean, kept));
    }
    return found;
  }

  /** What was not found. */
  String missing() {
    return missing;
  }

  /** How many of a name's directories are not made: those before {@code /./}. */
  private static int kept(String name) {
    int pivot = name.indexOf("/./");
    return pivot < 0 ? 0 : parts(name.substring(0, pivot));
  }

  private static int parts(String name) {
    return (int)
        Arrays.stream(name.split("/")).filter(part -> !part.isEmpty() && !part.equals(".")).count();
  }

  /** The directories that are to be made for what has a name; itself, if it is one. */
  private String below(String whole, Stat stat, int kept) {
    if (!parents) {
      return "";
    }
    List<String> parts = new ArrayList<>(List.of(whole.split("/")));
    if (!stat.isDirectory()) {
      parts.removeLast();
    }
    return String.join("/", parts.subList(Math.min(kept, parts.size()), parts.size()));
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

  private CopySource one(String name, int kept) throws ErrnoException {
    TreePath path = TreePath.follow(sys, root, name);
    Stat stat = path.stat();
    if (stat == null) {
      missing = name;
      String why = "stat " + name + ": file does not exist";
      throw new NotFound(
          context ? "file not found in build context or excluded by .dockerignore: " + why : why);
    }
    String base = name.substring(name.lastIndexOf('/') + 1);
    return new CopySource(path.host(), stat, TreePath.bytes(base), true, below(name, stat, kept));
  }

  /** Every name that fits, in order; a wildcard never stands for a slash. */
  private void match(String pattern, int kept, List<CopySource> found) throws ErrnoException {
    List<Glob> parts = Arrays.stream(pattern.split("/")).map(Glob::compile).toList();
    match(TreePath.bytes(root), "", new Wanted(parts, kept), 0, found);
  }

  private record Wanted(List<Glob> parts, int kept) {}

  private void match(
      byte[] directory, String inside, Wanted wanted, int depth, List<CopySource> found)
      throws ErrnoException {
    List<DirEntry> entries = new ArrayList<>(list(directory));
    entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    for (DirEntry entry : entries) {
      String name = new String(entry.name(), StandardCharsets.UTF_8);
      if (!wanted.parts().get(depth).matches(name)) {
        continue;
      }
      String whole = inside.isEmpty() ? name : inside + "/" + name;
      if (depth == wanted.parts().size() - 1) {
        TreePath path = TreePath.follow(sys, root, whole);
        Stat stat = path.stat();
        if (stat != null) {
          String below = below(whole, stat, wanted.kept());
          found.add(new CopySource(path.host(), stat, entry.name(), true, below));
        }
        continue;
      }
      byte[] next = TreeCopy.join(directory, entry.name());
      if (sys.lstatat(Sys.AT_FDCWD, next).isDirectory()) {
        match(next, whole, wanted, depth + 1, found);
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
