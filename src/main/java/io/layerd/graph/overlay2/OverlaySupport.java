package io.layerd.graph.overlay2;

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

/** What the kernel must offer before overlay2 is tried. */
final class OverlaySupport {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final long MODPROBE_SECONDS = 10;
  private static final int AT_PAGESZ = 6;
  private static final int USUAL_PAGE_BYTES = 4096;

  private OverlaySupport() {}

  static void requireKernel() {
    String release = read("/proc/sys/kernel/osrelease").strip();
    if (!isNewEnough(release)) {
      throw new SystemFailure("overlay2 needs a Linux kernel 4.0 or newer, this one is " + release);
    }
    if (!knowsOverlay()) {
      loadModule();
      if (!knowsOverlay()) {
        throw new SystemFailure(
            "'overlay' not found as a supported filesystem on this host. Please ensure kernel is"
                + " new enough and has overlay support loaded.");
      }
    }
  }

  static boolean isNewEnough(String release) {
    Matcher matcher = RELEASE.matcher(release);
    return matcher.lookingAt() && Integer.parseInt(matcher.group(1)) >= 4;
  }

  private static boolean knowsOverlay() {
    return read("/proc/filesystems").lines().anyMatch(line -> line.equals("nodev\toverlay"));
  }

  // Failure shows in the second look at /proc/filesystems.
  private static void loadModule() {
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

  private static String read(String file) {
    try {
      return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
