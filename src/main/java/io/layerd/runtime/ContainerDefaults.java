package io.layerd.runtime;

import io.layerd.spec.HostConfig;
import io.layerd.spec.Ulimit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What containers are made and started with where they do not say otherwise.
 *
 * @param ulimits added to those of a container, unless it has its own of the same name
 * @param shmSizeBytes of {@code /dev/shm}
 * @param ipcMode {@code private} or {@code shareable}
 * @param cgroupnsMode {@code host} or {@code private}; empty for what suits the host's cgroups
 * @param init whether an init program reaps their processes
 * @param noNewPrivileges whether their processes can gain none
 * @param seccomp a profile's JSON, {@code unconfined}, or {@code builtin}
 * @param seccompName the profile as {@code docker info} names it
 */
public record ContainerDefaults(
    List<Ulimit> ulimits,
    long shmSizeBytes,
    String ipcMode,
    String cgroupnsMode,
    boolean init,
    boolean noNewPrivileges,
    String seccomp,
    String seccompName) {
  /** 64 MiB, as dockerd has it. */
  public static final long SHM_BYTES = 64L << 20;

  /** dockerd's. */
  public static final ContainerDefaults USUAL =
      new ContainerDefaults(
          List.of(),
          SHM_BYTES,
          "private",
          "",
          false,
          false,
          SecurityOptions.BUILTIN,
          SecurityOptions.BUILTIN);

  public ContainerDefaults {
    ulimits = List.copyOf(ulimits);
  }

  /** The same, but for another seccomp profile. */
  public ContainerDefaults withSeccomp(String profile, String name) {
    return new ContainerDefaults(
        ulimits, shmSizeBytes, ipcMode, cgroupnsMode, init, noNewPrivileges, profile, name);
  }

  /** The limits of a container with what it does not name added; null for none at all. */
  @Nullable List<Ulimit> ulimits(HostConfig host) {
    List<Ulimit> all = new ArrayList<>(host.ulimits() == null ? List.of() : host.ulimits());
    for (Ulimit usual : ulimits) {
      if (all.stream().noneMatch(own -> own.name().equals(usual.name()))) {
        all.add(usual);
      }
    }
    return all.isEmpty() ? host.ulimits() : all;
  }

  /** The cgroup namespace of a container that names none. */
  String cgroupns(boolean unified, boolean privileged) {
    if (privileged) {
      return "host";
    }
    return cgroupnsMode.isEmpty() ? (unified ? "private" : "host") : cgroupnsMode;
  }

  /** Whether an init program stands between the kernel and the container's command. */
  boolean wantsInit(HostConfig host) {
    // In a shared process namespace it would not be process 1 and could not reap.
    return (host.init() == null ? init : host.init()) && host.pidMode().isEmpty();
  }

  boolean noNewPrivileges(SecurityOptions asked) {
    Boolean own = asked.noNewPrivileges();
    return own == null ? noNewPrivileges : own;
  }

  /** A profile's JSON, or one of the two names. */
  String seccomp(SecurityOptions asked) {
    String own = asked.seccomp();
    return own == null ? seccomp : own;
  }
}
