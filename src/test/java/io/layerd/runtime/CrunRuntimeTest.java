package io.layerd.runtime;

import io.layerd.sys.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The same with crun. In the hybrid layout crun wants every controller on version 1: those left on
 * version 2 get a hierarchy for the time of the test.
 */
class CrunRuntimeTest extends ConmonRuntimeTest {
  private static final Path UNIFIED = Path.of("/sys/fs/cgroup/unified/cgroup.controllers");
  private static String mounted = "";

  @Override
  String runtimeName() {
    return "crun";
  }

  @BeforeAll
  static void allControllersOnVersionOne() throws Exception {
    String left = Files.exists(UNIFIED) ? Files.readString(UNIFIED).strip() : "";
    if (!left.isEmpty()) {
      String controllers = left.replace(' ', ',');
      mounted = Files.createDirectories(Path.of("/sys/fs/cgroup", controllers)).toString();
      Sys.host().mount("cgroup", mounted, "cgroup", 0, controllers);
    }
  }

  @AfterAll
  static void asItWas() throws Exception {
    if (!mounted.isEmpty()) {
      Sys.host().umount2(mounted, 0);
      Files.delete(Path.of(mounted));
    }
  }
}
