package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /info}. What only old clients know is null for others, and left out. */
public record InfoAnswer(
    @JsonProperty("ID") String id,
    @JsonProperty("Containers") int containers,
    @JsonProperty("ContainersRunning") int containersRunning,
    @JsonProperty("ContainersPaused") int containersPaused,
    @JsonProperty("ContainersStopped") int containersStopped,
    @JsonProperty("Images") int images,
    @JsonProperty("Driver") String driver,
    @JsonProperty("DriverStatus") @Nullable List<List<String>> driverStatus,
    @JsonProperty("Plugins") Plugins plugins,
    @JsonProperty("MemoryLimit") boolean memoryLimit,
    @JsonProperty("SwapLimit") boolean swapLimit,
    @JsonProperty("KernelMemory") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Boolean kernelMemory,
    @JsonProperty("KernelMemoryTCP") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Boolean kernelMemoryTcp,
    @JsonProperty("CpuCfsPeriod") boolean cpuCfsPeriod,
    @JsonProperty("CpuCfsQuota") boolean cpuCfsQuota,
    @JsonProperty("CPUShares") boolean cpuShares,
    @JsonProperty("CPUSet") boolean cpuSet,
    @JsonProperty("PidsLimit") boolean pidsLimit,
    @JsonProperty("IPv4Forwarding") boolean ipv4Forwarding,
    @JsonProperty("BridgeNfIptables") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Boolean bridgeNfIptables,
    @JsonProperty("BridgeNfIp6tables") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Boolean bridgeNfIp6tables,
    @JsonProperty("Debug") boolean debug,
    @JsonProperty("NFd") int openFiles,
    @JsonProperty("OomKillDisable") boolean oomKillDisable,
    @JsonProperty("NGoroutines") int threads,
    @JsonProperty("SystemTime") String systemTime,
    @JsonProperty("LoggingDriver") String loggingDriver,
    @JsonProperty("CgroupDriver") String cgroupDriver,
    @JsonProperty("CgroupVersion") String cgroupVersion,
    @JsonProperty("NEventsListener") int eventListeners,
    @JsonProperty("KernelVersion") String kernelVersion,
    @JsonProperty("OperatingSystem") String operatingSystem,
    @JsonProperty("OSVersion") String osVersion,
    @JsonProperty("OSType") String osType,
    @JsonProperty("Architecture") String architecture,
    @JsonProperty("IndexServerAddress") String indexServerAddress,
    @JsonProperty("RegistryConfig") RegistryConfig registryConfig,
    @JsonProperty("NCPU") int cpus,
    @JsonProperty("MemTotal") long memoryBytes,
    @JsonProperty("GenericResources") @Nullable List<String> genericResources,
    @JsonProperty("DockerRootDir") String rootDir,
    @JsonProperty("HttpProxy") String httpProxy,
    @JsonProperty("HttpsProxy") String httpsProxy,
    @JsonProperty("NoProxy") String noProxy,
    @JsonProperty("Name") String name,
    @JsonProperty("Labels") List<String> labels,
    @JsonProperty("ExperimentalBuild") boolean experimental,
    @JsonProperty("ServerVersion") String serverVersion,
    @JsonProperty("Runtimes") Map<String, RuntimePath> runtimes,
    @JsonProperty("DefaultRuntime") String defaultRuntime,
    @JsonProperty("Swarm") Swarm swarm,
    @JsonProperty("LiveRestoreEnabled") boolean liveRestore,
    @JsonProperty("Isolation") String isolation,
    @JsonProperty("InitBinary") String initBinary,
    @JsonProperty("ContainerdCommit") Commit containerdCommit,
    @JsonProperty("RuncCommit") Commit runcCommit,
    @JsonProperty("InitCommit") Commit initCommit,
    @JsonProperty("SecurityOptions") List<String> securityOptions,
    @JsonProperty("FirewallBackend") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable Firewall firewall,
    @JsonProperty("CDISpecDirs") List<String> cdiSpecDirs,
    @JsonProperty("Warnings") @Nullable List<String> warnings) {
  public record Plugins(
      @JsonProperty("Volume") List<String> volume,
      @JsonProperty("Network") List<String> network,
      @JsonProperty("Authorization") @Nullable List<String> authorization,
      @JsonProperty("Log") List<String> log) {}

  public record RegistryConfig(
      @JsonProperty("IndexConfigs") Map<String, Index> indexes,
      @JsonProperty("InsecureRegistryCIDRs") List<String> insecureCidrs,
      @JsonProperty("Mirrors") @Nullable List<String> mirrors) {}

  public record Index(
      @JsonProperty("Mirrors") List<String> mirrors,
      @JsonProperty("Name") String name,
      @JsonProperty("Official") boolean official,
      @JsonProperty("Secure") boolean secure) {}

  public record RuntimePath(
      @JsonProperty("path") String path,
      @JsonProperty("runtimeArgs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          List<String> arguments) {}

  public record Commit(
      @JsonProperty("ID") String id,
      @JsonProperty("Expected") @JsonInclude(JsonInclude.Include.NON_EMPTY)
          @Nullable String expected) {}

  public record Firewall(@JsonProperty("Driver") String driver) {}

  /** Always inactive: layerd has no swarm mode. */
  public record Swarm(
      @JsonProperty("NodeID") String nodeId,
      @JsonProperty("NodeAddr") String nodeAddress,
      @JsonProperty("LocalNodeState") String state,
      @JsonProperty("ControlAvailable") boolean controlAvailable,
      @JsonProperty("Error") String error,
      @JsonProperty("RemoteManagers") @Nullable List<String> managers) {
    public static final Swarm INACTIVE = new Swarm("", "", "inactive", false, "", null);
  }
}
