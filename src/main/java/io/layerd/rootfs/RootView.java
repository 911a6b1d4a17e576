package io.layerd.rootfs;

import io.layerd.archive.MountPlaces;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Shows a container's files as the container sees them, for as long as one piece of work takes.
 *
 * <p>Volumes and bind mounts are put on the layers in a mount namespace of one thread's own. It
 * ends with the thread, however that ends, and the mounts with it: nothing is left to clean up.
 */
public final class RootView {
  private final Sys sys;

  public RootView(Sys sys) {
    this.sys = sys;
  }

  /** Something to do with a container's files. */
  public interface Work<T> {
    T with(ContainerRoot root) throws IOException;
  }

  /**
   * Does the work, and waits for it; an interrupt is handed on to it.
   *
   * @param layers the mounted layers of the container
   * @param grafts what is mounted on them; places that do not exist are made
   */
  public <T> T show(Path layers, List<Graft> grafts, Work<T> work) throws IOException {
    if (grafts.isEmpty()) {
      return open(layers, work);
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("container files")
            .start(
                () -> {
                  try {
                    result.complete(apart(layers, grafts, work));
                  } catch (Throwable e) {
                    result.completeExceptionally(e);
                  }
                });
    return await(thread, result);
  }

  private static <T> T await(Thread thread, CompletableFuture<T> result) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
          thread.interrupt();
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case InterruptedIOException cause -> throw cause;
        case IOException cause -> throw new IOException(cause.getMessage(), cause);
        case EngineException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T> T open(Path layers, Work<T> work) throws IOException {
    int root = sys.openat(Sys.AT_FDCWD, bytes(layers), Sys.O_PATH | Sys.O_DIRECTORY, 0);
    try {
      return work.with(new ContainerRoot(sys, root));
    } finally {
      sys.close(root);
    }
  }

  private <T> T apart(Path layers, List<Graft> grafts, Work<T> work) throws IOException {
    sys.unshare(Sys.CLONE_NEWNS);
    sys.mount("none", "/", "none", Sys.MS_REC | Sys.MS_SLAVE, "");
    return open(
        layers,
        root -> {
          grafts.stream()
              .sorted(Comparator.comparingInt(graft -> Path.of(graft.destination()).getNameCount()))
              .forEach(graft -> mount(root, graft));
          return work.with(root);
        });
  }

  private void mount(ContainerRoot root, Graft graft) {
    try {
      boolean directory = Files.isDirectory(graft.source());
      int place = MountPlaces.open(sys, root.descriptor(), graft.destination(), directory);
      try {
        long flags = graft.recursive() ? Sys.MS_BIND | Sys.MS_REC : Sys.MS_BIND;
        sys.mount(graft.source().toString(), descriptor(place), "none", flags, "");
      } finally {
        sys.close(place);
      }
      if (graft.readOnly()) {
        // The first descriptor is below the mount: the name leads to its top.
        int top = MountPlaces.open(sys, root.descriptor(), graft.destination(), directory);
        try {
          long flags = Sys.MS_BIND | Sys.MS_REMOUNT | Sys.MS_RDONLY;
          sys.mount("none", descriptor(top), "none", flags, "");
        } finally {
          sys.close(top);
        }
      }
    } catch (ErrnoException e) {
      throw new SystemFailure(
          "cannot show " + graft.source() + " at " + graft.destination() + ": " + e.getMessage(),
          e);
    }
  }

  private static String descriptor(int fd) {
    return "/proc/self/fd/" + fd;
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
