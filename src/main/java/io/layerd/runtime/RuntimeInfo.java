package io.layerd.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The programs that run containers here, as {@code docker info} and {@code docker version} print
 * them.
 *
 * @param defaultRuntime {@code runc} or {@code crun}; empty if neither is installed
 * @param conmon null if it is not installed
 * @param init what {@code --init} runs; null if none is installed
 * @param cgroupVersion {@code 1} (also for the hybrid layout) or {@code 2}
 * @param securityOptions as in {@code docker info}: {@code name=seccomp,profile=builtin}
 * @param warnings what the operator should know: programs that are missing
 */
public record RuntimeInfo(
    String defaultRuntime,
    List<Program> runtimes,
    @Nullable Program conmon,
    @Nullable Program init,
    String cgroupVersion,
    String cgroupDriver,
    List<String> securityOptions,
    List<String> warnings) {
  /**
   * @param path as the daemon was told
   * @param commit may be empty
   * @param arguments that go before all others
   */
  public record Program(
      String name, String path, String version, String commit, List<String> arguments) {
    public Program(String name, String path, String version, String commit) {
      this(name, path, version, commit, List.of());
    }
  }
}
