package io.layerd.container;

import java.util.List;

/** How {@code docker ps} prints a command. */
final class CommandLine {
  private CommandLine() {}

  static String of(String path, List<String> args) {
    StringBuilder line = new StringBuilder(path);
    for (String arg : args) {
      line.append(' ').append(arg.contains(" ") ? "'" + arg + "'" : arg);
    }
    return line.toString();
  }
}
