package io.layerd.daemon.doctor;

import java.util.List;

/** overlayfs in the kernel, built in or as a module, which the daemon loads too. */
final class OverlayModule implements Check {
  private final HostFiles host;
  private final Runnable load;

  OverlayModule(HostFiles host) {
    this(
        host,
        () -> {
          HostProgram.Result _ = HostProgram.run("modprobe", "overlay");
        });
  }

  /**
   * @param load tries to load the module; whether it did shows in the list of file systems
   */
  OverlayModule(HostFiles host, Runnable load) {
    this.host = host;
    this.load = load;
  }

  @Override
  public List<Finding> look() {
    if (known()) {
      return List.of(Finding.ok("overlay", "in /proc/filesystems"));
    }
    load.run();
    return List.of(
        known()
            ? Finding.ok("overlay", "in /proc/filesystems, as a module that was just loaded")
            : Finding.failure(
                "overlay",
                "not in /proc/filesystems, and modprobe overlay does not bring it",
                "install the module of this kernel, or boot a kernel with CONFIG_OVERLAY_FS;"
                    + " --storage-driver vfs does without, slowly"));
  }

  private boolean known() {
    return host.read("/proc/filesystems")
        .lines()
        .anyMatch(line -> line.endsWith("\toverlay") || line.equals("overlay"));
  }
}
