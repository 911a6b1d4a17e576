package io.layerd.container;

import io.layerd.spec.ContainerConfig;
import io.layerd.spec.EndpointSettings;
import io.layerd.spec.HostConfig;
import io.layerd.spec.PortBinding;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container at one moment: everything that inspect and list answer.
 *
 * @param name with its leading slash
 * @param imageId {@code sha256:...}
 * @param imageName what {@code docker ps} shows: the name it was created with, or the id if that
 *     name is gone or means another image now
 * @param mountLabel of SELinux, empty for none; the process label likewise
 * @param os operating system of the image, {@code linux}
 * @param health null without health checks
 * @param graphData {@code GraphDriver.Data}; empty in lists
 * @param sizes null unless asked for
 */
public record ContainerSnapshot(
    String id,
    String name,
    List<String> linkNames,
    Instant created,
    String path,
    List<String> args,
    ContainerState state,
    @Nullable Health health,
    String imageId,
    String imageName,
    ContainerConfig config,
    HostConfig host,
    String resolvConfPath,
    String hostnamePath,
    String hostsPath,
    String logPath,
    int restartCount,
    String driver,
    String os,
    String mountLabel,
    String processLabel,
    String appArmorProfile,
    List<String> execIds,
    Map<String, String> graphData,
    List<MountPoint> mounts,
    NetworkState network,
    @Nullable Sizes sizes) {
  /**
   * Its networks. While it runs the endpoints hold addresses, otherwise what was asked for.
   *
   * @param sandboxKey path of the network namespace; empty if there is none
   * @param ports {@code 80/tcp} to host addresses, an empty list for a port that is exposed only;
   *     empty while it does not run
   */
  public record NetworkState(
      String sandboxId,
      String sandboxKey,
      Map<String, EndpointSettings> networks,
      Map<String, List<PortBinding>> ports) {}

  /** Bytes in the read-write layer, and with the image's layers. */
  public record Sizes(long readWriteBytes, long rootFsBytes) {}

  /**
   * The command line {@code docker ps} shows: path and arguments, quoted where they hold spaces.
   */
  public String command() {
    return CommandLine.of(path, args);
  }

  /** {@code Up 3 minutes}, {@code Exited (0) 2 hours ago}, ... */
  public String statusText(Instant now) {
    return StatusText.of(state, health, now);
  }
}
