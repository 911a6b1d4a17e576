package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device node of the host and the path it gets in the container.
 *
 * @param type {@code c} or {@code b}
 */
record Device(String path, String type, int major, int minor, int mode, int uid, int gid) {
  private static final Set<String> SKIPPED =
      Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev");

  /** The device at a path; null if something else is there. */
  static @Nullable Device at(Sys sys, String hostPath, String path) throws ErrnoException {
    Stat stat = sys.lstatat(Sys.AT_FDCWD, hostPath.getBytes(StandardCharsets.UTF_8));
    String type =
        switch (stat.type()) {
          case Stat.S_IFCHR -> "c";
          case Stat.S_IFBLK -> "b";
          default -> null;
        };
    return type == null
        ? null
        : new Device(
            path,
            type,
            stat.rdevMajor(),
            stat.rdevMinor(),
            stat.mode() & 0777,
            stat.uid(),
            stat.gid());
  }

  /** All devices below a directory but its terminals and shared memory, by name. */
  static List<Device> below(Sys sys, String hostDirectory, String directory) throws ErrnoException {
    List<Device> devices = new ArrayList<>();
    for (String name : names(sys, hostDirectory)) {
      String hostPath = hostDirectory + "/" + name;
      if (name.equals("console") || SKIPPED.contains(name)) {
        continue;
      }
      try {
        Stat stat = sys.lstatat(Sys.AT_FDCWD, hostPath.getBytes(StandardCharsets.UTF_8));
        if (stat.isDirectory()) {
          devices.addAll(below(sys, hostPath, directory + "/" + name));
        } else {
          Device device = at(sys, hostPath, directory + "/" + name);
          if (device != null) {
            devices.add(device);
          }
        }
      } catch (ErrnoException e) {
        // Gone since the directory was read: loop devices come and go.
      }
    }
    return devices;
  }

  private static List<String> names(Sys sys, String directory) throws ErrnoException {
    int fd =
        sys.openat(
            Sys.AT_FDCWD,
            directory.getBytes(StandardCharsets.UTF_8),
            Sys.O_RDONLY | Sys.O_DIRECTORY,
            0);
    try {
      return sys.readDirectory(fd).stream()
          .map(DirEntry::name)
          .map(name -> new String(name, StandardCharsets.UTF_8))
          .sorted()
          .toList();
    } finally {
      sys.close(fd);
    }
  }

  /** An entry of the runtime-spec's {@code linux.devices}. */
  ObjectNode toSpec() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("path", path).put("type", type).put("major", major).put("minor", minor);
    return node.put("fileMode", mode).put("uid", uid).put("gid", gid);
  }
}
