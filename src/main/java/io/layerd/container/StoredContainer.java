package io.layerd.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.oci.Platform;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.Empty;
import io.layerd.spec.MountRequest;
import io.layerd.spec.PortBinding;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code config.v2.json} as dockerd 28 writes it, so that either daemon can take over a data root.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record StoredContainer(
    @JsonProperty("StreamConfig") Empty streamConfig,
    @JsonProperty("State") State state,
    @JsonProperty("ID") String id,
    @JsonProperty("Created") GoTime created,
    @JsonProperty("Managed") boolean managed,
    @JsonProperty("Path") String path,
    @JsonProperty("Args") List<String> args,
    @JsonProperty("Config") ContainerConfig config,
    @JsonProperty("Image") String image,
    @JsonProperty("ImageManifest") @Nullable JsonNode imageManifest,
    @JsonProperty("NetworkSettings") Network network,
    @JsonProperty("LogPath") String logPath,
    @JsonProperty("Name") String name,
    @JsonProperty("Driver") String driver,
    @JsonProperty("OS") String os,
    @JsonProperty("ImagePlatform") @Nullable Platform imagePlatform,
    @JsonProperty("RestartCount") int restartCount,
    @JsonProperty("HasBeenStartedBefore") boolean startedBefore,
    @JsonProperty("HasBeenManuallyStopped") boolean manuallyStopped,
    @JsonProperty("MountPoints") @Nullable Map<String, Mount> mountPoints,
    @JsonProperty("SecretReferences") @Nullable JsonNode secretReferences,
    @JsonProperty("ConfigReferences") @Nullable JsonNode configReferences,
    @JsonProperty("MountLabel") String mountLabel,
    @JsonProperty("ProcessLabel") String processLabel,
    @JsonProperty("AppArmorProfile") String appArmorProfile,
    @JsonProperty("SeccompProfile") String seccompProfile,
    @JsonProperty("NoNewPrivileges") boolean noNewPrivileges,
    @JsonProperty("WritableCgroups") @Nullable Boolean writableCgroups,
    @JsonProperty("HostnamePath") String hostnamePath,
    @JsonProperty("HostsPath") String hostsPath,
    @JsonProperty("ShmPath") String shmPath,
    @JsonProperty("ResolvConfPath") String resolvConfPath,
    @JsonProperty("LocalLogCacheMeta") Map<String, Boolean> localLogCacheMeta) {

  /** The {@code State} object. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record State(
      @JsonProperty("Running") boolean running,
      @JsonProperty("Paused") boolean paused,
      @JsonProperty("Restarting") boolean restarting,
      @JsonProperty("OOMKilled") boolean oomKilled,
      @JsonProperty("Dead") boolean dead,
      @JsonProperty("Pid") int pid,
      @JsonProperty("ExitCode") int exitCode,
      @JsonProperty("Error") String error,
      @JsonProperty("StartedAt") @Nullable GoTime startedAt,
      @JsonProperty("FinishedAt") @Nullable GoTime finishedAt,
      @JsonProperty("Health") @Nullable Health health) {
    State {
      error = error == null ? "" : error;
    }

    static State of(ContainerState s, @Nullable Health health) {
      return new State(
          s.running(),
          s.paused(),
          s.restarting(),
          s.oomKilled(),
          s.dead(),
          s.pid(),
          s.exitCode(),
          s.error(),
          s.startedAt(),
          s.finishedAt(),
          health);
    }

    ContainerState live() {
      GoTime never = new GoTime(ContainerState.NEVER);
      return new ContainerState(
          running,
          paused,
          restarting,
          oomKilled,
          false,
          dead,
          pid,
          exitCode,
          error,
          startedAt == null ? never : startedAt,
          finishedAt == null ? never : finishedAt);
    }
  }

  /** The {@code NetworkSettings} object. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Network(
      @JsonProperty("Bridge") String bridge,
      @JsonProperty("SandboxID") String sandboxId,
      @JsonProperty("SandboxKey") String sandboxKey,
      @JsonProperty("HairpinMode") boolean hairpinMode,
      @JsonProperty("LinkLocalIPv6Address") String linkLocalIpv6Address,
      @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLen,
      @JsonProperty("Networks") @Nullable Map<String, ObjectNode> networks,
      @JsonProperty("Service") @Nullable JsonNode service,
      @JsonProperty("Ports") @Nullable Map<String, List<PortBinding>> ports,
      @JsonProperty("SecondaryIPAddresses") @Nullable JsonNode secondaryIpAddresses,
      @JsonProperty("SecondaryIPv6Addresses") @Nullable JsonNode secondaryIpv6Addresses,
      @JsonProperty("HasSwarmEndpoint") boolean hasSwarmEndpoint) {
    Network {
      bridge = bridge == null ? "" : bridge;
      sandboxId = sandboxId == null ? "" : sandboxId;
      sandboxKey = sandboxKey == null ? "" : sandboxKey;
      linkLocalIpv6Address = linkLocalIpv6Address == null ? "" : linkLocalIpv6Address;
    }
  }

  /** One of {@code MountPoints}; dockerd calls the mode "Relabel" here. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Mount(
      @JsonProperty("Source") String source,
      @JsonProperty("Destination") String destination,
      @JsonProperty("RW") boolean readWrite,
      @JsonProperty("Name") String name,
      @JsonProperty("Driver") String driver,
      @JsonProperty("Type") String type,
      @JsonProperty("Propagation") @JsonInclude(JsonInclude.Include.NON_EMPTY) String propagation,
      @JsonProperty("Relabel") @JsonInclude(JsonInclude.Include.NON_EMPTY) String mode,
      @JsonProperty("Spec") MountRequest spec,
      @JsonProperty("SkipMountpointCreation") boolean skipMountpointCreation) {
    static final MountRequest NO_SPEC =
        new MountRequest("", "", "", false, "", null, null, null, null);

    Mount {
      source = source == null ? "" : source;
      name = name == null ? "" : name;
      driver = driver == null ? "" : driver;
      type = type == null || type.isEmpty() ? (name.isEmpty() ? "bind" : "volume") : type;
      propagation = propagation == null ? "" : propagation;
      mode = mode == null ? "" : mode;
      spec = spec == null ? NO_SPEC : spec;
    }

    boolean isVolume() {
      return type.equals("volume");
    }

    MountPoint shown() {
      return new MountPoint(type, name, source, destination, driver, mode, readWrite, propagation);
    }
  }
}
