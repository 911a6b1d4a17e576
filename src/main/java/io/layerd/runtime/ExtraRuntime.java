package io.layerd.runtime;

import java.nio.file.Path;
import java.util.List;

/**
 * A runtime the daemon was told of.
 *
 * @param path as it was told
 * @param arguments that go before all others
 * @param program what is run: the same, or a script that adds the arguments
 */
public record ExtraRuntime(Path path, List<String> arguments, Path program) {
  public ExtraRuntime {
    arguments = List.copyOf(arguments);
  }

  /** A program that needs no arguments of its own. */
  public static ExtraRuntime of(Path program) {
    return new ExtraRuntime(program, List.of(), program);
  }
}
