package io.layerd.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the host's policy says of containers.
 *
 * @param process label of their processes; empty if the policy knows no containers
 * @param file label of their files
 */
record SelinuxPolicy(String process, String file) {
  private static final String DIRECTORY = "etc/selinux";

  /** Whether the kernel has SELinux and a policy is loaded. */
  static boolean active(Path root) {
    if (Files.notExists(root.resolve("sys/fs/selinux/enforce"))) {
      return false;
    }
    try {
      String label = Files.readString(root.resolve("proc/self/attr/current"));
      return !label.replace("\0", "").strip().equals("kernel");
    } catch (IOException e) {
      return false;
    }
  }

  /** The file that container engines share, else that of the policy in use. */
  static SelinuxPolicy read(Path root) {
    Map<String, String> contexts = settings(root.resolve("usr/share/containers/selinux/contexts"));
    if (contexts.isEmpty()) {
      String type = settings(root.resolve(DIRECTORY + "/config")).getOrDefault("SELINUXTYPE", "");
      contexts = settings(root.resolve(DIRECTORY).resolve(type).resolve("contexts/lxc_contexts"));
    }
    return new SelinuxPolicy(
        contexts.getOrDefault("process", ""), contexts.getOrDefault("file", ""));
  }

  /** {@code key = "value"}; none if there is no such file. */
  private static Map<String, String> settings(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      return Map.of();
    }
    Map<String, String> settings = new HashMap<>();
    for (String line : lines) {
      String text = line.strip();
      int equals = text.indexOf('=');
      if (equals > 0 && text.charAt(0) != '#' && text.charAt(0) != ';') {
        String value = text.substring(equals + 1).strip();
        settings.put(text.substring(0, equals).strip(), value.replaceAll("^\"|\"$", ""));
      }
    }
    return settings;
  }
}
