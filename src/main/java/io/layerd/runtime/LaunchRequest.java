package io.layerd.runtime;

import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.security.Labels;
import io.layerd.spec.HostConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is needed to start a container, after the image's configuration was merged into the
 * container's.
 *
 * @param args entrypoint and command together
 * @param env {@code NAME=value}, defaults such as PATH and HOSTNAME already in it; HOME is added
 *     from the user's entry
 * @param user as given: name, id, {@code user:group}; resolved against the container's own files;
 *     empty is root
 * @param rootfs the mounted root
 * @param mounts binds and volumes in mount order, then the files kept by the daemon (hosts,
 *     hostname, resolv.conf, shm)
 * @param networkNamespace path of a ready namespace; null with {@code hostNetwork} false makes a
 *     new, empty one
 * @param userNamespace path of the one that the network namespace belongs to, where ids are
 *     remapped; null makes a new one there
 * @param namespacesOf for {@code pid}, {@code ipc}: host pid of another container's init, where a
 *     mode {@code container:} names one
 * @param labels of SELinux
 * @param host limits, capabilities, security options and modes
 */
public record LaunchRequest(
    String containerId,
    List<String> args,
    List<String> env,
    String user,
    String workingDir,
    String hostname,
    String domainname,
    Path rootfs,
    List<BindMount> mounts,
    @Nullable Path networkNamespace,
    @Nullable Path userNamespace,
    boolean hostNetwork,
    Map<String, Integer> namespacesOf,
    Labels labels,
    HostConfig host,
    Map<String, String> annotations,
    ProcessIo io) {
  /**
   * @param type {@code bind} or {@code tmpfs}
   * @param options as in the OCI runtime-spec, without the type: {@code rbind}, {@code ro}, {@code
   *     rprivate}, {@code size=64k}
   */
  public record BindMount(String type, String source, String destination, List<String> options) {}

  /** The same with other mounts. */
  LaunchRequest withMounts(List<BindMount> changed) {
    return new LaunchRequest(
        containerId,
        args,
        env,
        user,
        workingDir,
        hostname,
        domainname,
        rootfs,
        changed,
        networkNamespace,
        userNamespace,
        hostNetwork,
        namespacesOf,
        labels,
        host,
        annotations,
        io);
  }
}
