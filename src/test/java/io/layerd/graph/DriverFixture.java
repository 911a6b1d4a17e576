package io.layerd.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A driver on a directory of its own, and layers to try it with. */
abstract class DriverFixture {
  protected static final Sys SYS = Sys.host();
  private final Random random = new Random(7);

  @TempDir protected Path temp;
  protected GraphDriver driver;

  /** A driver on an existing or new directory. */
  protected abstract GraphDriver open(Path home);

  @BeforeEach
  void openDriver() {
    driver = open(temp.resolve("home"));
  }

  @AfterEach
  void nothingStaysMounted() throws IOException {
    assertThat(Mounts.host().below(temp)).isEmpty();
  }

  protected String id() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  protected String base(String file, String content) throws IOException {
    String id = id();
    driver.create(id);
    Files.writeString(driver.diff(id).resolve(file), content);
    return id;
  }

  protected String child(String parent, String file, String content) throws IOException {
    String id = base(file, content);
    driver.setParent(id, parent);
    return id;
  }

  /** A stack of so many layers; layer i holds the file fi with i in it. */
  protected String stackOf(int layers) throws IOException {
    String top = base("f0", "0");
    for (int i = 1; i < layers; i++) {
      top = child(top, "f" + i, String.valueOf(i));
    }
    return top;
  }

  /** Whether a layer can only be seen while it is mounted. */
  protected boolean mounts() {
    return true;
  }

  /** What the driver says to {@code --storage-opt size=}. */
  protected abstract String quotaRefused();

  /** What the driver says to another {@code --storage-opt}. */
  protected abstract String optionRefused(String name);

  protected static byte[] bytes(Path path) {
    return bytes(path.toString());
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
