package io.layerd.graph.overlayfs;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.graph.BackingFileSystem;
import io.layerd.mount.Mounts;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/** Mounts and unmounts stacks below one home directory; counts nothing. */
public final class OverlayMounter {
  private static final int MERGED_MODE = 0700;

  private final Sys sys;
  private final Path home;
  private final Mounts mounts;
  private final AtomicFiles files;
  private final String prefix;
  private final int limitBytes;

  /**
   * @param limitBytes the longest option string: a page less its terminating NUL
   */
  private OverlayMounter(Sys sys, Path home, String prefix, int limitBytes) {
    this.sys = sys;
    this.home = home;
    this.mounts = new Mounts(sys);
    this.files = new AtomicFiles(sys);
    this.prefix = prefix;
    this.limitBytes = limitBytes;
  }

  /** With the options and limits of this machine's kernel. */
  public static OverlayMounter host(Sys sys, Path home) {
    return new OverlayMounter(
        sys, home, OverlayStack.prefixOfThisKernel(), OverlaySupport.pageSizeBytes() - 1);
  }

  /** Whether an overlay is mounted at a path. */
  public boolean isMounted(Path merged) {
    try {
      return sys.statfs(merged.toString()).magic() == BackingFileSystem.OVERLAY;
    } catch (ErrnoException e) {
      return false;
    }
  }

  /**
   * Makes the mount point and mounts. Options that are too long, or whose directory's name would be
   * taken apart, are given relative to the home directory.
   *
   * @param label of SELinux for all files, or empty
   */
  public void mount(OverlayStack stack, String label) {
    String context = label.isEmpty() ? "" : ",context=\"" + label + "\"";
    Path merged = home.resolve(stack.merged());
    String base = home + "/";
    String options = stack.options(prefix, base) + context;
    boolean relative =
        OverlayStack.needsEscape(base) || OverlayStack.lengthBytes(options) > limitBytes;
    if (relative) {
      options = stack.options(prefix, "") + context;
    }
    int length = OverlayStack.lengthBytes(options);
    if (length > limitBytes) {
      throw new SystemFailure("cannot mount layer, mount label too large " + length);
    }
    try {
      makeMountPoint(merged);
      if (relative) {
        mountFromHome(stack.merged(), options);
      } else {
        sys.mount("overlay", merged.toString(), "overlay", 0, options);
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
      files.createDirectory(merged, MERGED_MODE);
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
                    sys.chdir(home.toString());
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
  public void unmount(Path merged) {
    try {
      mounts.unmountAndDelete(merged);
    } catch (IOException e) {
      throw new SystemFailure("cannot unmount " + merged + ": " + e.getMessage(), e);
    }
  }
}
