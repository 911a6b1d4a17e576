package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.runtime.ContainerRuntime.CheckedHost;
import io.layerd.sys.Sys;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The words are dockerd 28.5's. */
class HostCheckTest {
  private static final Capabilities CAPABILITIES = Capabilities.ofMask(~(1L << 24));

  @Test
  void refused() {
    refused("{'CapAdd':['foo']}", "invalid CapAdd: unknown capability: \"CAP_FOO\"");
    refused("{'CapDrop':['foo']}", "invalid CapDrop: unknown capability: \"CAP_FOO\"");
    refused(
        "{'CapAdd':['SYS_RESOURCE']}",
        "invalid CapAdd: capability not supported by your kernel or not available in the current"
            + " environment: \"CAP_SYS_RESOURCE\"");
    refused("{'Memory':1024}", "Minimum memory limit allowed is 6MB");
    refused("{'Memory':-1}", "Minimum memory limit allowed is 6MB");
    refused(
        "{'Memory':64000000,'MemorySwap':32000000}",
        "Minimum memoryswap limit should be larger than memory limit, see usage");
    refused(
        "{'MemorySwap':32000000}",
        "You should always set the Memory limit when using Memoryswap limit, see usage");
    refused(
        "{'Memory':64000000,'MemoryReservation':128000000}",
        "Minimum memory limit can not be less than memory reservation limit, see usage");
    refused(
        "{'MemorySwappiness':200}", "Invalid value: 200, valid memory swappiness range is 0-100");
    refused("{'MemorySwappiness':-2}", "Invalid value: -2, valid memory swappiness range is 0-100");
    refused("{'OomScoreAdj':5000}", "Invalid value 5000, range for oom score adj is [-1000, 1000]");
    refused("{'ShmSize':-1}", "SHM size can not be less than 0");
    refused("{'CpuShares':-1}", "invalid CPU shares (-1): value must be a positive integer");
    refused(
        "{'CpuPeriod':10}",
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    refused("{'CpuQuota':10}", "CPU cfs quota can not be less than 1ms (i.e. 1000)");
    refused(
        "{'NanoCpus':1000000000,'CpuQuota':10000}",
        "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    refused("{'CpusetCpus':'foo'}", "Invalid value foo for cpuset cpus: invalid format: foo");
    refused("{'PidMode':'foo'}", "invalid PID mode: foo");
    refused("{'PidMode':'container:'}", "invalid PID mode: container:");
    refused("{'IpcMode':'foo'}", "invalid IPC mode: foo");
    refused("{'UTSMode':'foo'}", "invalid UTS mode: foo");
    refused("{'CgroupnsMode':'foo'}", "invalid cgroup namespace mode: foo");
    refused("{'Isolation':'foo'}", "invalid isolation (foo): linux only supports 'default'");
    refused(
        "{'Annotations':{'':'x'}}",
        "invalid Annotations: the empty string is not permitted as an annotation key");
    int cpus = Runtime.getRuntime().availableProcessors();
    refused(
        "{'NanoCpus':-1}",
        "range of CPUs is from 0.01 to "
            + cpus
            + ".00, as there are only "
            + cpus
            + " CPUs available");
    assertThatThrownBy(() -> check("{'CpusetCpus':'8000'}"))
        .hasMessageStartingWith("Requested CPUs are not available - requested 8000, available: 0");
  }

  @Test
  void completed() {
    CheckedHost plain = check("{}");
    assertThat(plain.warnings()).isEmpty();
    assertThat(plain.host().ipcMode()).isEqualTo("private");
    assertThat(plain.host().shmSize()).isEqualTo(64L << 20);
    assertThat(plain.host().runtime()).isEqualTo("runc");
    assertThat(plain.host().maskedPaths()).contains("/proc/kcore");
    assertThat(plain.host().readonlyPaths()).contains("/proc/sys");
    assertThat(check("{'Privileged':true}").host().maskedPaths()).isNull();
    assertThat(check("{'Memory':64000000}").host().memorySwap()).isEqualTo(128000000);
    assertThat(check("{'Memory':64000000,'MemorySwap':-1}").host().memorySwap()).isEqualTo(-1);
    assertThat(check("{'MemorySwappiness':-1,'PidsLimit':-1}").host().pidsLimit()).isNull();
    assertThat(check("{'CpuPercent':10}").warnings())
        .containsExactly("linux does not support CPU percent. Percent discarded.");
  }

  private static CheckedHost check(String json) {
    Cgroups cgroups =
        new Cgroups(
            Sys.host(),
            HostMounts.parse(
                List.of(
                    "1 0 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
                    "2 0 0:2 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids")));
    return new HostCheck(cgroups, CAPABILITIES, ContainerDefaults.USUAL, Remap.NONE)
        .check(Hosts.of(json), "runc");
  }

  private static void refused(String json, String message) {
    assertThatThrownBy(() -> check(json)).hasMessage(message);
  }
}
