package io.layerd.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Users and groups by the host's own files, then by its other databases; makes dockremap. */
record HostAccounts(Path passwd, Path groups, SubordinateIds subordinate)
    implements UsernsRemap.Accounts {
  @Override
  public @Nullable User user(String nameOrUid) {
    String[] entry = find(passwd, "passwd", nameOrUid);
    return entry == null ? null : new User(entry[0], entry[2]);
  }

  @Override
  public boolean hasGroup(String nameOrGid) {
    return find(groups, "group", nameOrGid) != null;
  }

  /** A number means the number first. */
  private static String @Nullable [] find(Path file, String database, String wanted) {
    if (wanted.isEmpty() || wanted.startsWith("-")) {
      return null;
    }
    boolean number = wanted.matches("[0-9]+");
    try {
      String[] entry = match(Files.readString(file, StandardCharsets.ISO_8859_1), wanted, number);
      return entry == null ? match(run("getent", database, wanted), wanted, number) : entry;
    } catch (IOException e) {
      throw new StartupFailure("cannot read " + file + ": " + Reason.of(e), e);
    }
  }

  private static String @Nullable [] match(String text, String wanted, boolean number) {
    for (String line : text.split("\n", -1)) {
      String[] columns = line.split(":", -1);
      if (columns.length > 2 && columns[number ? 2 : 0].equals(wanted)) {
        return columns;
      }
    }
    return null;
  }

  @Override
  public User usual() {
    User user = user(USUAL);
    if (user == null) {
      make();
      user = user(USUAL);
    }
    if (user == null) {
      throw new StartupFailure(
          "Error during \"" + USUAL + "\" user creation: the user is not there after useradd");
    }
    give("-v", subordinate.uids());
    give("-w", subordinate.gids());
    return user;
  }

  private static void make() {
    try {
      String said = run("useradd", "--system", "--user-group", "--shell", "/bin/false", USUAL);
      if (!said.isEmpty()) {
        throw new IOException(said.strip());
      }
    } catch (IOException e) {
      throw new StartupFailure("Error during \"" + USUAL + "\" user creation: " + Reason.of(e), e);
    }
  }

  private static void give(String option, Path file) {
    if (SubordinateIds.has(file, USUAL)) {
      return;
    }
    long first = SubordinateIds.free(file);
    String range = first + "-" + (first + SubordinateIds.USUAL - 1);
    try {
      String said = run("usermod", option, range, USUAL);
      if (!said.isEmpty()) {
        throw new IOException(said.strip());
      }
    } catch (IOException e) {
      throw new StartupFailure(
          "Couldn't create subordinate ID ranges: " + range + ": " + Reason.of(e), e);
    }
  }

  /** What a program wrote; one that is not there writes nothing. */
  private static String run(String... command) throws IOException {
    Path program = program(command[0]);
    if (program == null) {
      if (command[0].equals("getent")) {
        return "";
      }
      throw new IOException(command[0] + " is not installed: install the package passwd");
    }
    String[] full = command.clone();
    full[0] = program.toString();
    Process process =
        new ProcessBuilder(List.of(full))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    int code = process.onExit().join().exitValue();
    if (command[0].equals("getent")) {
      return code == 0 ? said : "";
    }
    return code == 0 ? "" : said + " (exit status " + code + ")";
  }

  private static @Nullable Path program(String name) {
    for (String directory : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    return null;
  }
}
