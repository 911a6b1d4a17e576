package io.layerd.graph.overlay2;

import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The overlay mount itself, whatever the length of its options. */
final class OverlayMounter {
  private static final int PAGE_BYTES = 4096;

  private final Sys sys;
  private final Path home;
  private final String prefix;

  OverlayMounter(Sys sys, Path home) {
    this.sys = sys;
    this.home = home;
    boolean index = Files.exists(Path.of("/sys/module/overlay/parameters/index"));
    this.prefix = index ? "index=off," : "";
  }

  /**
   * Mounts on {@code <id>/merged}.
   *
   * @param lowers relative to the home directory, top first
   * @param upper id of the layer that is written to; null mounts read-only
   */
  void mount(String id, List<String> lowers, @Nullable String upper) throws ErrnoException {
    String target = home.resolve(id).resolve("merged").toString();
    String absolute = options(lowers, upper, home + "/");
    if (fits(absolute)) {
      sys.mount("overlay", target, "overlay", 0, absolute);
      return;
    }
    String relative = options(lowers, upper, "");
    if (!fits(relative)) {
      throw new SystemFailure("cannot mount layer, mount label too large " + relative.length());
    }
    mountFromHome(id + "/merged", relative);
  }

  private String options(List<String> lowers, @Nullable String upper, String base) {
    StringBuilder text = new StringBuilder(prefix).append("lowerdir=");
    String separator = "";
    for (String lower : lowers) {
      text.append(separator).append(base).append(lower);
      separator = ":";
    }
    if (upper != null) {
      text.append(",upperdir=").append(base).append(upper).append("/diff");
      text.append(",workdir=").append(base).append(upper).append("/work");
    }
    return text.toString();
  }

  private static boolean fits(String options) {
    return options.getBytes(StandardCharsets.UTF_8).length < PAGE_BYTES;
  }

  /**
   * A thread's working directory is its own only after unshare, so the thread must not be used
   * again.
   */
  private void mountFromHome(String target, String options) throws ErrnoException {
    ErrnoException[] failure = new ErrnoException[1];
    Thread thread =
        Thread.ofPlatform()
            .name("overlay-mount")
            .unstarted(
                () -> {
                  try {
                    sys.unshare(Sys.CLONE_FS);
                    sys.chdir(home.toString());
                    sys.mount("overlay", target, "overlay", 0, options);
                  } catch (ErrnoException e) {
                    failure[0] = e;
                  }
                });
    thread.start();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure[0] != null) {
      throw failure[0];
    }
  }
}
