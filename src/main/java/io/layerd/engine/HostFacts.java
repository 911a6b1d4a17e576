package io.layerd.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What {@code docker info} tells of the host. */
public final class HostFacts {
  private HostFacts() {}

  /** A field of /etc/os-release without its quotes; empty if there is none. */
  public static String osRelease(String field) {
    for (String file : new String[] {"/etc/os-release", "/usr/lib/os-release"}) {
      for (String line : read(file).split("\n", -1)) {
        if (line.startsWith(field + "=")) {
          String value = line.substring(field.length() + 1).strip();
          return value.length() > 1 && (value.startsWith("\"") || value.startsWith("'"))
              ? value.substring(1, value.length() - 1)
              : value;
        }
      }
    }
    return "";
  }

  /** The release of the running kernel. */
  public static String kernelVersion() {
    return read("/proc/sys/kernel/osrelease").strip();
  }

  static String hostName() {
    return read("/proc/sys/kernel/hostname").strip();
  }

  static boolean ipv4Forwarding() {
    return read("/proc/sys/net/ipv4/ip_forward").strip().equals("1");
  }

  /** All memory of the host. */
  public static long memoryBytes() {
    for (String line : read("/proc/meminfo").split("\n", -1)) {
      if (line.startsWith("MemTotal:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0;
  }

  static int openFiles() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    } catch (IOException e) {
      return 0;
    }
  }

  static int threads() {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return (int) tasks.count();
    } catch (IOException e) {
      return 0;
    }
  }

  /** The machine in uname's words. */
  public static String machine() {
    return switch (System.getProperty("os.arch", "")) {
      case "amd64" -> "x86_64";
      case String other -> other;
    };
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "";
    }
  }
}
