package io.layerd.runtime;

import java.util.List;

/**
 * The programs that run containers here, as {@code docker info} and {@code docker version} print
 * them.
 */
public record RuntimeInfo(
    String defaultRuntime,
    List<Program> runtimes,
    Program conmon,
    String cgroupVersion,
    String cgroupDriver,
    List<String> securityOptions) {
  /**
   * @param commit may be empty
   */
  public record Program(String name, String path, String version, String commit) {}
}
