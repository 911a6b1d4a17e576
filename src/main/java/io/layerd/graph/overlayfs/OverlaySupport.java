package io.layerd.graph.overlayfs;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel must offer before an overlay driver is tried. */
public final class OverlaySupport {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final long MODPROBE_SECONDS = 10;
  private static final int AT_PAGESZ = 6;
  private static final int USUAL_PAGE_BYTES = 4096;

  private final Path proc;
  private final Runnable loadModule;

  /** For tests of other kernels. */
  OverlaySupport(Path proc, Runnable loadModule) {
    this.proc = proc;
    this.loadModule = loadModule;
  }

  /** Of this machine. */
  public static OverlaySupport host() {
    return new OverlaySupport(Path.of("/proc"), OverlaySupport::modprobe);
  }

  /**
   * Loads the module if need be.
   *
   * @param driver the name that messages give
   * @param major the oldest kernel that does, before the dot
   * @param minor and after it
   * @throws SystemFailure if the kernel is too old or has no overlayfs
   */
  public void requireKernel(String driver, int major, int minor) {
    String release = read("sys/kernel/osrelease").strip();
    if (!isNewEnough(release, major, minor)) {
      throw new SystemFailure(
          "%s needs a Linux kernel %d.%d or newer, this one is %s"
              .formatted(driver, major, minor, release));
    }
    if (!knowsOverlay()) {
      loadModule.run();
      if (!knowsOverlay()) {
        throw new SystemFailure(
            "'overlay' not found as a supported filesystem on this host. Please ensure kernel is"
                + " new enough and has overlay support loaded.");
      }
    }
  }

  private static boolean isNewEnough(String release, int major, int minor) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.lookingAt()) {
      return false;
    }
    int first = Integer.parseInt(matcher.group(1));
    return first > major || (first == major && Integer.parseInt(matcher.group(2)) >= minor);
  }

  private boolean knowsOverlay() {
    return read("filesystems").lines().anyMatch(line -> line.equals("nodev\toverlay"));
  }

  // Failure shows in the second look at /proc/filesystems.
  private static void modprobe() {
    try {
      Process modprobe =
          new ProcessBuilder("modprobe", "overlay")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!modprobe.waitFor(MODPROBE_SECONDS, TimeUnit.SECONDS)) {
        modprobe.destroyForcibly();
      }
    } catch (IOException e) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The page size, from the auxiliary vector: pairs of words, type and value. */
  static int pageSizeBytes() {
    try {
      ByteBuffer vector =
          ByteBuffer.wrap(Files.readAllBytes(Path.of("/proc/self/auxv")))
              .order(ByteOrder.nativeOrder());
      while (vector.remaining() >= 16) {
        long type = vector.getLong();
        long value = vector.getLong();
        if (type == AT_PAGESZ) {
          return (int) value;
        }
      }
    } catch (IOException e) {
      return USUAL_PAGE_BYTES;
    }
    return USUAL_PAGE_BYTES;
  }

  private String read(String file) {
    Path path = proc.resolve(file);
    try {
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + path + ": " + e.getMessage(), e);
    }
  }
}
