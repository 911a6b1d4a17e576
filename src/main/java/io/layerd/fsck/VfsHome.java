package io.layerd.fsck;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code vfs/dir/<id>}: whole trees. */
record VfsHome(Path home) implements DriverHome {
  @Override
  public Path content(String id) {
    return directories().resolve(id);
  }

  @Override
  public boolean isUpper() {
    return false;
  }

  @Override
  public Path directories() {
    return home.resolve("dir");
  }

  @Override
  public void check(String subject, String id, @Nullable String parent, Findings findings) {
    var _ = DriverHome.requireDirectory(subject, content(id), home, findings);
  }
}
