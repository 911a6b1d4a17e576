package io.layerd.graph.overlay2;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.graph.BackingFileSystem;
import io.layerd.mount.Mounts;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Mounts and unmounts single layers; counts nothing. */
final class OverlayMounter {
  private final Sys sys;
  private final Layout layout;
  private final Mounts mounts;
  private final AtomicFiles files;
  private final String prefix;
  private final int limitBytes;

  /**
   * @param limitBytes the longest option string: a page less its terminating NUL
   */
  OverlayMounter(Sys sys, Layout layout, String prefix, int limitBytes) {
    this.sys = sys;
    this.layout = layout;
    this.mounts = new Mounts(sys);
    this.files = new AtomicFiles(sys);
    this.prefix = prefix;
    this.limitBytes = limitBytes;
  }

  /** Whether an overlay is mounted at a path. */
  boolean isMounted(Path merged) {
    try {
      return sys.statfs(merged.toString()).magic() == BackingFileSystem.OVERLAY;
    } catch (ErrnoException e) {
      return false;
    }
  }

  void mount(String id, List<String> lowers) {
    Path merged = layout.merged(id);
    boolean readOnly = Files.exists(layout.committed(id));
    OverlayOptions options = OverlayOptions.of(layout, id, lowers, readOnly, prefix, limitBytes);
    if (options.lengthBytes() > limitBytes) {
      throw new SystemFailure("cannot mount layer, mount label too large " + options.lengthBytes());
    }
    try {
      makeMountPoint(merged);
      if (options.relative()) {
        mountFromHome(id + "/merged", options.text());
      } else {
        sys.mount("overlay", merged.toString(), "overlay", 0, options.text());
      }
    } catch (IOException e) {
      SystemFailure failure =
          new SystemFailure("error creating overlay mount to " + merged + ": " + e.getMessage(), e);
      deleteQuietly(merged, failure);
      throw failure;
    }
  }

  private void makeMountPoint(Path merged) throws IOException {
    try {
      files.createDirectory(merged, Layout.MERGED_MODE);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EEXIST)) {
        throw e;
      }
    }
  }

  // The working directory belongs to a thread only after unshare(CLONE_FS), and that cannot be
  // undone: the thread is a platform thread, used once.
  private void mountFromHome(String target, String options) throws IOException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("overlay-mount")
            .start(
                () -> {
                  try {
                    sys.unshare(Sys.CLONE_FS);
                    sys.chdir(layout.home().toString());
                    sys.mount("overlay", target, "overlay", 0, options);
                  } catch (IOException | RuntimeException e) {
                    failure.set(e);
                  }
                });
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mounting", e);
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IOException(thrown.getMessage(), thrown);
    }
  }

  private static void deleteQuietly(Path merged, SystemFailure cause) {
    try {
      Files.deleteIfExists(merged);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Unmounts lazily and deletes the mount point: the deletion is what takes copies out of other
   * mount namespaces.
   */
  void unmount(String id) {
    Path merged = layout.merged(id);
    try {
      mounts.unmountAndDelete(merged);
    } catch (IOException e) {
      throw new SystemFailure("cannot unmount " + merged + ": " + e.getMessage(), e);
    }
  }
}
