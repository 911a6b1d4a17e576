package io.layerd.network;

import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Network namespaces kept by a bind mount in {@code <exec-root>/netns}. That directory is a private
 * mount of its own, so that no other mount namespace gets to hold a container's network.
 */
final class NetNamespaces {
  private static final Logger LOG = Logger.getLogger(NetNamespaces.class);

  /** Work that is done inside a namespace. */
  interface Inside {
    void run() throws IOException;
  }

  /** The same with something to show for it. */
  interface Made<T> {
    T make() throws IOException;
  }

  private final Sys sys;
  private final UserNamespaces users;
  private final Mounts mounts;
  private final Path directory;

  NetNamespaces(Sys seen, Path directory) {
    this.sys = seen.outside();
    this.users = new UserNamespaces(sys, seen.mappings());
    this.mounts = new Mounts(sys);
    this.directory = directory;
  }

  /** Makes the directory and its mount, unless they are there. */
  void open() {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
      if (!mounts.isMountPoint(directory)) {
        sweep();
        mounts.bind(directory, directory, false);
        mounts.makePrivate(directory);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot prepare " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Files of an earlier boot: nothing is mounted on them. */
  private void sweep() throws IOException {
    try (var names = Files.newDirectoryStream(directory)) {
      for (Path name : names) {
        Files.deleteIfExists(name);
      }
    }
  }

  /** Takes the directory's mount away if no namespace is left in it. */
  void close() {
    try (var names = Files.newDirectoryStream(directory)) {
      for (Path name : names) {
        if (!name.getFileName().toString().equals("default")) {
          return;
        }
      }
      remove(path("default"));
      mounts.unmount(directory);
    } catch (IOException e) {
      LOG.debugf("netns directory stays: %s", e.getMessage());
    }
  }

  /** Takes away every namespace whose name begins so. */
  void removeAll(String prefix) {
    try (var names = Files.newDirectoryStream(directory, prefix + "*")) {
      names.forEach(this::remove);
    } catch (IOException | SystemFailure e) {
      LOG.warnf("%s is not swept: %s", directory, e.getMessage());
    }
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  /** A fresh namespace at a path that does not exist yet. */
  Path create(String name) {
    Path path = path(name);
    onThread(
        path,
        () -> {
          Files.createFile(path);
          try {
            sys.unshare(Sys.CLONE_NEWNET);
            sys.mount("/proc/thread-self/ns/net", path.toString(), "none", Sys.MS_BIND, "");
          } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
          }
        });
    return path;
  }

  /**
   * The same that belongs to a user namespace, which gets a place beside it.
   *
   * @param joined the user namespace; null makes one
   */
  void createRemapped(Path path, @Nullable Path joined) {
    try {
      users.create(path, joined);
    } catch (SystemFailure e) {
      remove(path);
      throw e;
    }
  }

  /** A name for the namespace this process is in. */
  Path host() {
    Path path = path("default");
    try {
      Files.createFile(path);
      sys.mount("/proc/self/ns/net", path.toString(), "none", Sys.MS_BIND, "");
    } catch (FileAlreadyExistsException e) {
      return path;
    } catch (IOException e) {
      throw new SystemFailure("cannot make " + path + ": " + e.getMessage(), e);
    }
    return path;
  }

  /** Runs something on a thread that is in a namespace; sysctl files then are that namespace's. */
  void inside(Path namespace, Inside work) {
    onThread(
        namespace,
        () -> {
          int fd = sys.openat(Sys.AT_FDCWD, bytes(namespace), Sys.O_RDONLY, 0);
          try {
            sys.setns(fd, Sys.CLONE_NEWNET);
          } finally {
            sys.close(fd);
          }
          work.run();
        });
  }

  /** The same for what is made there, a socket say. */
  <T> T inside(Path namespace, Made<T> work) {
    List<T> made = new ArrayList<>(1);
    inside(
        namespace,
        () -> {
          made.add(work.make());
        });
    return made.getFirst();
  }

  /** Absent is success. */
  void remove(Path namespace) {
    try {
      mounts.unmountAndDelete(namespace);
      Path user = UserNamespaces.beside(namespace);
      if (Files.exists(user)) {
        mounts.unmountAndDelete(user);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot remove " + namespace + ": " + e.getMessage(), e);
    }
  }

  /** Whether a namespace is mounted there; a file alone is what a crash left. */
  boolean exists(Path namespace) {
    try {
      return Files.exists(namespace) && mounts.isMountPoint(namespace);
    } catch (IOException e) {
      throw new SystemFailure("cannot read mountinfo: " + e.getMessage(), e);
    }
  }

  /** Only a platform thread that ends afterwards may change its namespace. */
  private static void onThread(Path what, Inside work) {
    IOException[] failure = new IOException[1];
    RuntimeException[] bug = new RuntimeException[1];
    Thread thread =
        Thread.ofPlatform()
            .name("netns " + what.getFileName())
            .start(
                () -> {
                  try {
                    work.run();
                  } catch (IOException e) {
                    failure[0] = e;
                  } catch (RuntimeException e) {
                    bug[0] = e;
                  }
                });
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure[0] != null) {
      throw new SystemFailure(
          "network namespace " + what + ": " + failure[0].getMessage(), failure[0]);
    }
    if (bug[0] != null) {
      throw bug[0];
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
