package io.layerd.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one process that conmon watches, a container's or an exec's.
 *
 * @param directory the bundle: what conmon and the runtime get, and where conmon puts its socket
 * @param exitFile conmon renames the finished file here, so that it appears whole
 */
record Bundle(Path directory, Path exitFile) {
  /** Of a container: the exit file is elsewhere, so that one watch sees all of them. */
  static Bundle ofContainer(Path execRoot, String containerId) {
    return new Bundle(
        execRoot.resolve("containers").resolve(containerId),
        execRoot.resolve("exits").resolve(containerId));
  }

  /** Of an exec: conmon names its exit file after the container. */
  static Bundle ofExec(Path execRoot, String containerId, String execId) {
    Path directory =
        execRoot.resolve("containers").resolve(containerId).resolve("exec").resolve(execId);
    return new Bundle(directory, directory.resolve("exit").resolve(containerId));
  }

  Path config() {
    return directory.resolve("config.json");
  }

  Path processSpec() {
    return directory.resolve("process.json");
  }

  Path pidFile() {
    return directory.resolve("pid");
  }

  Path monitorPidFile() {
    return directory.resolve("conmon.pid");
  }

  Path monitorLog() {
    return directory.resolve("conmon.log");
  }

  Path runtimeLog() {
    return directory.resolve("runtime.json");
  }

  Path socket() {
    return directory.resolve("attach");
  }

  Path control() {
    return directory.resolve("ctl");
  }

  Path record() {
    return directory.resolve("monitor.json");
  }

  /** Shared memory that other containers may join. */
  Path sharedMemory() {
    return directory.resolve("shm");
  }

  /** What conmon left when the process ended. */
  Optional<Exit> readExit() {
    try {
      String code = Files.readString(exitFile).strip();
      Instant when = Files.getLastModifiedTime(exitFile).toInstant();
      return code.isEmpty()
          ? Optional.empty()
          : Optional.of(new Exit(Integer.parseInt(code) & 0xff, when));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  record Exit(int code, Instant when) {}

  /** The process id in a pid file; 0 if there is none. */
  static int readPid(Path file) {
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  /** Deletes all of it. Absent is success. */
  void delete() throws IOException {
    Files.deleteIfExists(exitFile);
    deleteTree(directory);
  }

  static void deleteTree(Path path) throws IOException {
    if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> children = Files.list(path)) {
        for (Path child : children.toList()) {
          deleteTree(child);
        }
      } catch (NoSuchFileException e) {
        return;
      }
    }
    Files.deleteIfExists(path);
  }

  /** The last words of conmon, for an error message. */
  @Nullable String monitorWords() {
    try {
      String text = Files.readString(monitorLog()).strip();
      return text.isEmpty() ? null : text.lines().reduce("", (_, last) -> last);
    } catch (IOException e) {
      return null;
    }
  }
}
