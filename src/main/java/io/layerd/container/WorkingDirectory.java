package io.layerd.container;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;

/** Makes the directory a container is to start in, as root's, when the container is created. */
final class WorkingDirectory {
  private final Rooms rooms;

  WorkingDirectory(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Mounts the container's layers only if a directory is asked for. */
  void make(Container container) {
    String directory = container.config.workingDir();
    if (directory.isEmpty() || Path.of(directory).normalize().equals(Path.of("/"))) {
      return;
    }
    Path root = rooms.layers().mount(container.id, LabelPlan.mount(rooms, container));
    try {
      make(rooms.sys(), ScopedPath.resolve(root, directory), directory);
    } catch (FileSystemException e) {
      String reason = e.getReason() == null ? e.getMessage() : e.getReason();
      throw new SystemFailure("mkdir " + e.getFile() + ": " + lower(String.valueOf(reason)), e);
    } catch (IOException e) {
      throw new SystemFailure("cannot make " + directory + ": " + e.getMessage(), e);
    } finally {
      rooms.layers().unmount(container.id);
    }
  }

  private static void make(Sys sys, Path path, String shown) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path at = path;
    while (at != null && !Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
      missing.push(at);
      at = at.getParent();
    }
    if (at != null && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
      throw new SystemFailure(
          missing.isEmpty()
              ? "Cannot mkdir: " + shown + " is not a directory"
              : "lstat " + path + ": not a directory");
    }
    for (Path directory : missing) {
      Files.createDirectory(directory);
      // past the umask
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      if (!sys.mappings().isNone()) {
        byte[] name = directory.toString().getBytes(StandardCharsets.UTF_8);
        sys.lchownat(Sys.AT_FDCWD, name, 0, 0);
      }
    }
  }

  private static String lower(String reason) {
    return Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
  }
}
