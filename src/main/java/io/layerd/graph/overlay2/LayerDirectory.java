package io.layerd.graph.overlay2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/** The names in one layer's directory, {@code <home>/<id>}. */
record LayerDirectory(Path home, String id) {
  Path path() {
    return home.resolve(id);
  }

  Path diff() {
    return path().resolve("diff");
  }

  Path work() {
    return path().resolve("work");
  }

  Path merged() {
    return path().resolve("merged");
  }

  Path linkFile() {
    return path().resolve("link");
  }

  Path lowerFile() {
    return path().resolve("lower");
  }

  Path committedFile() {
    return path().resolve("committed");
  }

  boolean exists() {
    return Files.isDirectory(path(), LinkOption.NOFOLLOW_LINKS);
  }

  /** A base layer has no lower layers and is never mounted. */
  boolean hasLowers() {
    return Files.exists(lowerFile(), LinkOption.NOFOLLOW_LINKS);
  }

  String link() throws IOException {
    return Files.readString(linkFile(), StandardCharsets.US_ASCII).strip();
  }

  /** {@code l/AAA}, top first; empty for a base layer. */
  List<String> lowers() throws IOException {
    if (!hasLowers()) {
      return List.of();
    }
    String text = Files.readString(lowerFile(), StandardCharsets.US_ASCII).strip();
    return text.isEmpty() ? List.of() : List.of(text.split(":"));
  }
}
