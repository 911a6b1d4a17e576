package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.container.ContainerSnapshot;
import io.layerd.container.ContainerState;
import io.layerd.container.Health;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HostConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code GET /containers/{id}/json}. */
public record ContainerInspect(
    @JsonProperty("Id") String id,
    @JsonProperty("Created") String created,
    @JsonProperty("Path") String path,
    @JsonProperty("Args") List<String> args,
    @JsonProperty("State") State state,
    @JsonProperty("Image") String image,
    @JsonProperty("ResolvConfPath") String resolvConfPath,
    @JsonProperty("HostnamePath") String hostnamePath,
    @JsonProperty("HostsPath") String hostsPath,
    @JsonProperty("LogPath") String logPath,
    @JsonProperty("Name") String name,
    @JsonProperty("RestartCount") int restartCount,
    @JsonProperty("Driver") String driver,
    @JsonProperty("Platform") String platform,
    @JsonProperty("MountLabel") String mountLabel,
    @JsonProperty("ProcessLabel") String processLabel,
    @JsonProperty("AppArmorProfile") String appArmorProfile,
    @JsonProperty("ExecIDs") @Nullable List<String> execIds,
    @JsonProperty("HostConfig") HostConfig host,
    @JsonProperty("GraphDriver") GraphDriverData graphDriver,
    @JsonProperty("SizeRw") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRw,
    @JsonProperty("SizeRootFs") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Long sizeRootFs,
    @JsonProperty("Mounts") List<MountItem> mounts,
    @JsonProperty("Config") ContainerConfig config,
    @JsonProperty("NetworkSettings") NetworkSettings network) {
  public record State(
      @JsonProperty("Status") String status,
      @JsonProperty("Running") boolean running,
      @JsonProperty("Paused") boolean paused,
      @JsonProperty("Restarting") boolean restarting,
      @JsonProperty("OOMKilled") boolean oomKilled,
      @JsonProperty("Dead") boolean dead,
      @JsonProperty("Pid") int pid,
      @JsonProperty("ExitCode") int exitCode,
      @JsonProperty("Error") String error,
      @JsonProperty("StartedAt") String startedAt,
      @JsonProperty("FinishedAt") String finishedAt,
      @JsonProperty("Health") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Health health) {
    static State of(ContainerState state, @Nullable Health health) {
      return new State(
          state.status(),
          state.running(),
          state.paused(),
          state.restarting(),
          state.oomKilled(),
          state.dead(),
          state.pid(),
          state.exitCode(),
          state.error(),
          state.startedAt().toString(),
          state.finishedAt().toString(),
          health);
    }
  }

  public static ContainerInspect of(ContainerSnapshot container) {
    ContainerSnapshot.Sizes sizes = container.sizes();
    return new ContainerInspect(
        container.id(),
        Json.time(container.created()),
        container.path(),
        container.args(),
        State.of(container.state(), container.health()),
        container.imageId(),
        container.resolvConfPath(),
        container.hostnamePath(),
        container.hostsPath(),
        container.logPath(),
        container.name(),
        container.restartCount(),
        container.driver(),
        container.os(),
        container.mountLabel(),
        container.processLabel(),
        container.appArmorProfile(),
        Json.nullIfEmpty(container.execIds()),
        container.host(),
        new GraphDriverData(container.graphData(), container.driver()),
        sizes == null ? null : Long.valueOf(sizes.readWriteBytes()),
        sizes == null ? null : Long.valueOf(sizes.rootFsBytes()),
        container.mounts().stream().map(MountItem::of).toList(),
        container.config(),
        NetworkSettings.of(container.network()));
  }
}
