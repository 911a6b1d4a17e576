package io.layerd.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the daemon was told to run containers.
 *
 * @param defaultRuntime name of the runtime to use where a container names none; null lets layerd
 *     choose
 * @param extraRuntimes {@code --add-runtime}: by name
 * @param cgroupParent where containers' cgroups go, {@code /docker} unless the daemon says
 *     otherwise
 * @param initPath the program {@code --init} runs; null searches docker-init and tini
 * @param containers what containers get where they do not say otherwise
 * @param selinux whether containers get SELinux labels
 * @param searchPath directories in which programs are looked for, in order
 */
public record RuntimeOptions(
    @Nullable String defaultRuntime,
    Map<String, ExtraRuntime> extraRuntimes,
    String cgroupParent,
    @Nullable Path initPath,
    ContainerDefaults containers,
    boolean selinux,
    List<Path> searchPath) {
  public RuntimeOptions {
    extraRuntimes = Map.copyOf(extraRuntimes);
    cgroupParent = cgroupParent.isEmpty() ? "/docker" : cgroupParent;
    searchPath = List.copyOf(searchPath);
  }

  /** Everything left to layerd: the PATH of this process, then where distributions put programs. */
  public static RuntimeOptions defaults() {
    return new RuntimeOptions(
        null, Map.of(), "/docker", null, ContainerDefaults.USUAL, false, defaultSearchPath());
  }

  /** The same, but for another default runtime. */
  public RuntimeOptions withDefaultRuntime(@Nullable String name) {
    return new RuntimeOptions(
        name, extraRuntimes, cgroupParent, initPath, containers, selinux, searchPath);
  }

  /** The same, but for other places to look for programs. */
  public RuntimeOptions withSearchPath(List<Path> directories) {
    return new RuntimeOptions(
        defaultRuntime, extraRuntimes, cgroupParent, initPath, containers, selinux, directories);
  }

  /** The same, but for another init program. */
  public RuntimeOptions withInitPath(@Nullable Path program) {
    return new RuntimeOptions(
        defaultRuntime, extraRuntimes, cgroupParent, program, containers, selinux, searchPath);
  }

  private static List<Path> defaultSearchPath() {
    LinkedHashSet<Path> directories = new LinkedHashSet<>();
    String path = System.getenv("PATH");
    if (path != null) {
      for (String part : path.split(":", -1)) {
        if (part.startsWith("/")) {
          directories.add(Path.of(part));
        }
      }
    }
    for (String part :
        List.of(
            "/usr/local/sbin",
            "/usr/local/bin",
            "/usr/sbin",
            "/usr/bin",
            "/sbin",
            "/bin",
            "/usr/libexec/podman",
            "/usr/lib/podman")) {
      directories.add(Path.of(part));
    }
    return new ArrayList<>(directories);
  }
}
