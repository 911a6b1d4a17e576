package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.security.AppArmor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Gives profiles to the kernel by {@code apparmor_parser}. */
final class ProfileLoader implements AppArmor.Loader {
  private static final String PROGRAM = "apparmor_parser";

  private final Command command;
  private final Programs programs;
  private final Path directory;

  /**
   * @param directory where the text is put for as long as the program reads it
   */
  ProfileLoader(Command command, Programs programs, Path directory) {
    this.command = command;
    this.programs = programs;
    this.directory = directory;
  }

  @Override
  public void load(String name, String text) {
    Path file = null;
    try {
      Files.createDirectories(directory);
      file = Files.createTempFile(directory, name, "");
      Files.writeString(file, text);
      load(file);
    } catch (IOException e) {
      throw new SystemFailure("cannot write the profile: " + e.getMessage(), e);
    } finally {
      delete(file);
    }
  }

  private void load(Path file) {
    Path program = programs.find(PROGRAM);
    String what = "running '" + PROGRAM + " -Kr " + file + "' failed with output: ";
    if (program == null) {
      throw new SystemFailure(
          what + "\nerror: exec: \"" + PROGRAM + "\": executable file not found in $PATH");
    }
    Command.Result result = command.run(List.of(program.toString(), "-Kr", file.toString()));
    if (!result.success()) {
      throw new SystemFailure(what + result.output() + "\nerror: exit status " + result.status());
    }
  }

  private static void delete(@org.jspecify.annotations.Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // the directory is emptied with the next boot
    }
  }
}
