package io.layerd.graph.overlay2;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where overlay2 keeps what, below its home directory. */
record Layout(Path home) {
  static final int HOME_MODE = 0710;
  static final int LAYER_MODE = 0710;
  static final int LINKS_MODE = 0700;
  static final int DIFF_MODE = 0755;
  static final int WORK_MODE = 0700;
  static final int TEXT_MODE = 0644;
  static final int COMMITTED_MODE = 0600;

  /** The kernel takes 500, dockerd 128: what fits one page of mount options. */
  static final int MAX_LOWERS = 128;

  Path links() {
    return home.resolve("l");
  }

  Path link(String linkId) {
    return links().resolve(linkId);
  }

  Path layer(String id) {
    if (id.isEmpty() || id.indexOf('/') >= 0 || id.startsWith(".") || id.equals("l")) {
      throw new InvalidParameter("invalid layer id: " + id);
    }
    return home.resolve(id);
  }

  Path diff(String id) {
    return layer(id).resolve("diff");
  }

  Path work(String id) {
    return layer(id).resolve("work");
  }

  Path merged(String id) {
    return layer(id).resolve("merged");
  }

  Path linkFile(String id) {
    return layer(id).resolve("link");
  }

  Path lowerFile(String id) {
    return layer(id).resolve("lower");
  }

  Path committed(String id) {
    return layer(id).resolve("committed");
  }

  /** The link id of a layer, or null if it has none, or an empty one after a power cut. */
  @Nullable String readLink(String id) {
    String link = readText(linkFile(id));
    return link == null || link.isEmpty() ? null : link;
  }

  /** {@code l/X} names of the layers below, top first; empty for a base layer. */
  List<String> readLowers(String id) {
    String text = readText(lowerFile(id));
    return text == null || text.isEmpty() ? List.of() : List.of(text.split(":"));
  }

  /** The content directories of the layers below, top first. */
  List<Path> lowerDirectories(String id) {
    List<Path> directories = new ArrayList<>();
    for (String lower : readLowers(id)) {
      directories.add(resolve(lower));
    }
    return directories;
  }

  /** {@code l/X} to {@code <home>/<id>/diff}. */
  Path resolve(String lower) {
    Path link = home.resolve(lower);
    try {
      return links().resolve(Files.readSymbolicLink(link)).normalize();
    } catch (IOException e) {
      throw new SystemFailure("cannot read layer link " + link + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable String readText(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
