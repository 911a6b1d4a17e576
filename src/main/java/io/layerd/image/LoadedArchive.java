package io.layerd.image;

import io.layerd.error.InvalidParameter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of an archive by name. It is a file system of its own: a link can lead nowhere but to
 * another file of the archive. Closing it discards layers that no image took.
 */
final class LoadedArchive implements AutoCloseable {
  private static final int MOST_LINKS = 40;

  private final Map<String, LoadedFile> files = new HashMap<>();
  private final List<LoadedLayer> layers = new ArrayList<>();

  void put(String name, LoadedFile file) {
    files.put(name, file);
  }

  /** A layer that must be discarded if nobody takes it. */
  void own(LoadedLayer layer) {
    layers.add(layer);
  }

  boolean has(String name) {
    return find(name) != null;
  }

  /** The file of a name, links followed. */
  LoadedFile get(String name) {
    LoadedFile file = find(name);
    if (file == null) {
      throw new InvalidParameter("open " + name + ": no such file or directory");
    }
    return file;
  }

  /** A file that must be small. */
  byte[] bytes(String name) {
    return switch (get(name)) {
      case LoadedFile.Bytes bytes -> bytes.content();
      case LoadedFile.Unusable unusable -> throw new InvalidParameter(unusable.why());
      case LoadedFile.Unpacking _, LoadedFile.Known _, LoadedFile.Link _ ->
          throw new InvalidParameter(name + " is a layer, where JSON was expected");
    };
  }

  private @Nullable LoadedFile find(String name) {
    Deque<String> rest = new ArrayDeque<>(Arrays.asList(name.split("/")));
    List<String> path = new ArrayList<>();
    int links = 0;
    while (!rest.isEmpty()) {
      String part = rest.removeFirst();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        if (!path.isEmpty()) {
          path.removeLast();
        }
        continue;
      }
      path.add(part);
      if (files.get(String.join("/", path)) instanceof LoadedFile.Link link) {
        if (++links > MOST_LINKS) {
          throw new InvalidParameter("open " + name + ": too many levels of symbolic links");
        }
        path.removeLast();
        if (link.target().startsWith("/")) {
          path.clear();
        }
        List<String> target = Arrays.asList(link.target().split("/"));
        target.reversed().forEach(rest::addFirst);
      }
    }
    return files.get(String.join("/", path));
  }

  @Override
  public void close() {
    layers.forEach(LoadedLayer::close);
    layers.forEach(LoadedLayer::awaitEnd);
  }
}
