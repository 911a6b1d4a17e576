package io.layerd.runtime;

import io.layerd.sys.Sys;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the runtime of this host. */
public final class ContainerRuntimes {
  private ContainerRuntimes() {}

  /**
   * Looks for runc, crun and conmon and watches the exits of containers below {@code execRoot}.
   * Missing programs are no error here: {@link ContainerRuntime#info} tells, and starting a
   * container fails with a sentence that names what to install.
   *
   * @param execRoot the daemon's directory for running state, kept over its restarts, absolute
   */
  public static ContainerRuntime open(Path execRoot, RuntimeOptions options) {
    return open(Sys.host(), execRoot, options);
  }

  /** The same with the kernel that files of containers are seen through. */
  public static ContainerRuntime open(Sys sys, Path execRoot, RuntimeOptions options) {
    return new ConmonRuntime(sys, execRoot.toAbsolutePath().normalize(), options);
  }

  /** What {@link ContainerRuntime#info} would tell, without opening a runtime. */
  public static RuntimeInfo look(RuntimeOptions options) {
    Sys sys = Sys.host();
    Cgroups cgroups = new Cgroups(sys, HostMounts.read());
    return new Programs(options, new Command(sys), cgroups::worksWithCrun)
        .info(
            cgroups,
            Files.exists(Path.of("/proc/sys/kernel/seccomp")),
            Files.exists(Path.of("/sys/kernel/security/apparmor")),
            Remap.NONE);
  }
}
