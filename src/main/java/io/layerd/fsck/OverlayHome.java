package io.layerd.fsck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code overlay/<id>}: a whole tree in {@code root}, or {@code upper} on another's. */
record OverlayHome(Path home) implements DriverHome {
  @Override
  public Path content(String id) {
    Path root = home.resolve(id).resolve("root");
    return Files.isDirectory(root) ? root : home.resolve(id).resolve("upper");
  }

  @Override
  public boolean isUpper() {
    return false;
  }

  @Override
  public Path directories() {
    return home;
  }

  @Override
  public void check(String subject, String id, @Nullable String parent, Findings findings) {
    Path layer = home.resolve(id);
    if (!DriverHome.requireDirectory(subject, content(id), layer, findings)
        || content(id).endsWith("root")) {
      return;
    }
    try {
      String lower = TextFile.read(layer.resolve("lower-id"));
      if (!Files.isDirectory(home.resolve(lower).resolve("root"))) {
        throw new IOException("its lower-id names " + lower + ", which is no whole layer");
      }
    } catch (IOException e) {
      findings.add(
          Problem.of(subject, String.valueOf(e.getMessage()), "make the container again"), layer);
    }
  }
}
