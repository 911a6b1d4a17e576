package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What of the host a container may use: Docker's {@code HostConfig} object. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record HostConfig(
    @JsonProperty("Binds") @Nullable List<String> binds,
    @JsonProperty("ContainerIDFile") String containerIDFile,
    @JsonProperty("LogConfig") LogConfig logConfig,
    @JsonProperty("NetworkMode") String networkMode,
    @JsonProperty("PortBindings") @Nullable Map<String, List<PortBinding>> portBindings,
    @JsonProperty("RestartPolicy") RestartPolicy restartPolicy,
    @JsonProperty("AutoRemove") boolean autoRemove,
    @JsonProperty("VolumeDriver") String volumeDriver,
    @JsonProperty("VolumesFrom") @Nullable List<String> volumesFrom,
    @JsonProperty("ConsoleSize") @Nullable List<Integer> consoleSize,
    @JsonProperty("Annotations") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, String> annotations,
    @JsonProperty("CapAdd") @Nullable List<String> capAdd,
    @JsonProperty("CapDrop") @Nullable List<String> capDrop,
    @JsonProperty("CgroupnsMode") String cgroupnsMode,
    @JsonProperty("Dns") @Nullable List<String> dns,
    @JsonProperty("DnsOptions") @Nullable List<String> dnsOptions,
    @JsonProperty("DnsSearch") @Nullable List<String> dnsSearch,
    @JsonProperty("ExtraHosts") @Nullable List<String> extraHosts,
    @JsonProperty("GroupAdd") @Nullable List<String> groupAdd,
    @JsonProperty("IpcMode") String ipcMode,
    @JsonProperty("Cgroup") String cgroup,
    @JsonProperty("Links") @Nullable List<String> links,
    @JsonProperty("OomScoreAdj") int oomScoreAdj,
    @JsonProperty("PidMode") String pidMode,
    @JsonProperty("Privileged") boolean privileged,
    @JsonProperty("PublishAllPorts") boolean publishAllPorts,
    @JsonProperty("ReadonlyRootfs") boolean readonlyRootfs,
    @JsonProperty("SecurityOpt") @Nullable List<String> securityOpt,
    @JsonProperty("StorageOpt") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, String> storageOpt,
    @JsonProperty("Tmpfs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, String> tmpfs,
    @JsonProperty("UTSMode") String utsMode,
    @JsonProperty("UsernsMode") String usernsMode,
    @JsonProperty("ShmSize") long shmSize,
    @JsonProperty("Sysctls") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable Map<String, String> sysctls,
    @JsonProperty("Runtime") @JsonInclude(JsonInclude.Include.NON_EMPTY) String runtime,
    @JsonProperty("Isolation") String isolation,
    @JsonProperty("CpuShares") long cpuShares,
    @JsonProperty("Memory") long memory,
    @JsonProperty("NanoCpus") long nanoCpus,
    @JsonProperty("CgroupParent") String cgroupParent,
    @JsonProperty("BlkioWeight") int blkioWeight,
    @JsonProperty("BlkioWeightDevice") @Nullable List<WeightDevice> blkioWeightDevice,
    @JsonProperty("BlkioDeviceReadBps") @Nullable List<ThrottleDevice> blkioDeviceReadBps,
    @JsonProperty("BlkioDeviceWriteBps") @Nullable List<ThrottleDevice> blkioDeviceWriteBps,
    @JsonProperty("BlkioDeviceReadIOps") @Nullable List<ThrottleDevice> blkioDeviceReadIOps,
    @JsonProperty("BlkioDeviceWriteIOps") @Nullable List<ThrottleDevice> blkioDeviceWriteIOps,
    @JsonProperty("CpuPeriod") long cpuPeriod,
    @JsonProperty("CpuQuota") long cpuQuota,
    @JsonProperty("CpuRealtimePeriod") long cpuRealtimePeriod,
    @JsonProperty("CpuRealtimeRuntime") long cpuRealtimeRuntime,
    @JsonProperty("CpusetCpus") String cpusetCpus,
    @JsonProperty("CpusetMems") String cpusetMems,
    @JsonProperty("Devices") @Nullable List<DeviceMapping> devices,
    @JsonProperty("DeviceCgroupRules") @Nullable List<String> deviceCgroupRules,
    @JsonProperty("DeviceRequests") @Nullable List<DeviceRequest> deviceRequests,
    @JsonProperty("KernelMemory") @JsonInclude(JsonInclude.Include.NON_DEFAULT) long kernelMemory,
    @JsonProperty("KernelMemoryTCP") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long kernelMemoryTCP,
    @JsonProperty("MemoryReservation") long memoryReservation,
    @JsonProperty("MemorySwap") long memorySwap,
    @JsonProperty("MemorySwappiness") @Nullable Long memorySwappiness,
    @JsonProperty("OomKillDisable") @Nullable Boolean oomKillDisable,
    @JsonProperty("PidsLimit") @Nullable Long pidsLimit,
    @JsonProperty("Ulimits") @Nullable List<Ulimit> ulimits,
    @JsonProperty("CpuCount") long cpuCount,
    @JsonProperty("CpuPercent") long cpuPercent,
    @JsonProperty("IOMaximumIOps") long ioMaximumIOps,
    @JsonProperty("IOMaximumBandwidth") long ioMaximumBandwidth,
    @JsonProperty("Mounts") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable List<MountRequest> mounts,
    @JsonProperty("MaskedPaths") @Nullable List<String> maskedPaths,
    @JsonProperty("ReadonlyPaths") @Nullable List<String> readonlyPaths,
    @JsonProperty("Init") @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable Boolean init) {
  public HostConfig {
    containerIDFile = containerIDFile == null ? "" : containerIDFile;
    logConfig = logConfig == null ? new LogConfig("", null) : logConfig;
    networkMode = networkMode == null ? "" : networkMode;
    restartPolicy = restartPolicy == null ? new RestartPolicy("", 0) : restartPolicy;
    volumeDriver = volumeDriver == null ? "" : volumeDriver;
    cgroupnsMode = cgroupnsMode == null ? "" : cgroupnsMode;
    ipcMode = ipcMode == null ? "" : ipcMode;
    cgroup = cgroup == null ? "" : cgroup;
    pidMode = pidMode == null ? "" : pidMode;
    utsMode = utsMode == null ? "" : utsMode;
    usernsMode = usernsMode == null ? "" : usernsMode;
    runtime = runtime == null ? "" : runtime;
    isolation = isolation == null ? "" : isolation;
    cgroupParent = cgroupParent == null ? "" : cgroupParent;
    cpusetCpus = cpusetCpus == null ? "" : cpusetCpus;
    cpusetMems = cpusetMems == null ? "" : cpusetMems;
  }
}
