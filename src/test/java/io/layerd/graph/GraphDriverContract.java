package io.layerd.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every graph driver does, on the real kernel. */
public abstract class GraphDriverContract {
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

  @Test
  void aContainerSeesItsLayersAndWritesToItsOwn() throws IOException {
    String top = child(base("a", "1"), "b", "2");
    String rw = id();
    driver.createReadWrite(rw, top);
    Path root = driver.mount(rw);
    assertThat(root.resolve("a")).hasContent("1");
    Files.writeString(root.resolve("a"), "changed");
    Files.delete(root.resolve("b"));
    assertThat(root.resolve("a")).hasContent("changed");
    driver.release(rw);
    assertThat(driver.diff(top).resolve("b")).hasContent("2");
    Path again = driver.mount(rw);
    assertThat(again.resolve("a")).hasContent("changed");
    assertThat(again.resolve("b")).doesNotExist();
    driver.release(rw);
    driver.remove(rw);
    assertThat(driver.exists(rw)).isFalse();
  }

  @Test
  void mountsAreCounted() throws IOException {
    String rw = id();
    driver.createReadWrite(rw, base("a", "1"));
    Path root = driver.mount(rw);
    assertThat(driver.mount(rw)).isEqualTo(root);
    driver.release(rw);
    assertThat(root.resolve("a")).exists();
    driver.release(rw);
    assertThat(root.resolve("a")).doesNotExist();
    driver.remove(rw);
  }

  @Test
  void aStackMayHave128LowersAndNoMore() throws IOException {
    String top = base("f0", "0");
    for (int i = 1; i < 128; i++) {
      top = child(top, "f" + i, String.valueOf(i));
    }
    String rw = id();
    driver.createReadWrite(rw, top);
    Path root = driver.mount(rw);
    for (int i = 0; i < 128; i++) {
      assertThat(root.resolve("f" + i)).hasContent(String.valueOf(i));
    }
    Files.writeString(root.resolve("f0"), "written");
    driver.release(rw);
    String tooDeep = base("x", "x");
    driver.setParent(tooDeep, top);
    assertThatThrownBy(() -> driver.createReadWrite(id(), tooDeep))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("max depth exceeded");
    driver.remove(rw);
  }

  @Test
  void removingTwiceOrWhatNeverWasIsFine() throws IOException {
    String layer = base("a", "1");
    driver.remove(layer);
    driver.remove(layer);
    driver.remove(id());
    assertThat(driver.ids()).isEmpty();
  }

  @Test
  void aMountedLayerIsUnmountedWhenItIsRemoved() throws IOException {
    String rw = id();
    driver.createReadWrite(rw, base("a", "1"));
    driver.mount(rw);
    driver.remove(rw);
    assertThat(driver.exists(rw)).isFalse();
  }

  @Test
  void recoveryDeletesOrphansAndKeepsTheRest() throws IOException {
    String known = base("a", "1");
    String orphan = base("b", "2");
    String foreign = "q3zkfu6swkfh1r1u4opyr2gsj";
    driver.create(foreign);
    GraphDriver next = open(temp.resolve("home"));
    next.recover(Set.of(known));
    assertThat(next.ids()).contains(known, foreign).doesNotContain(orphan);
  }

  @Test
  void mountsThatOutlivedTheDaemonAreKnownToTheNext() throws IOException {
    String base = base("a", "1");
    String rw = id();
    driver.createReadWrite(rw, base);
    Path root = driver.mount(rw);
    GraphDriver next = open(temp.resolve("home"));
    next.recover(Set.of(base, rw));
    assertThat(root.resolve("a")).exists();
    next.release(rw);
    assertThat(root.resolve("a")).doesNotExist();
    next.remove(rw);
  }
}
