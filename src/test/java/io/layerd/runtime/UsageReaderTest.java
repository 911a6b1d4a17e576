package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageReaderTest {
  @TempDir private Path root = Path.of("");
  private Path proc = root;

  @BeforeEach
  void proc() throws IOException {
    proc = root.resolve("proc");
    write("proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1\ncpu1 1 1 1\nintr 1\n");
    write("proc/meminfo", "MemTotal:       1000 kB\nMemFree: 1 kB\n");
    write(
        "proc/7/net/dev",
        """
        Inter-|   Receive                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes
            lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0
          eth0: 100 2 3 4 0 0 0 0 500 6 7 8 0 0 0 0
        """);
  }

  private void write(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private ContainerUsage read(String mounts) {
    Cgroups cgroups = new Cgroups(Sys.host(), HostMounts.parse(mounts.lines().toList()));
    return new UsageReader(cgroups, proc).read("/docker/c", 7);
  }

  private String mount(int id, String name, String type, String options) {
    return "%d 1 0:%d / %s rw - %s cgroup rw,%s%n"
        .formatted(id, id, root.resolve(name), type, options);
  }

  @Test
  void versionOne() throws IOException {
    write("cpu/docker/c/cpuacct.usage", "123456\n");
    write("cpu/docker/c/cpuacct.usage_percpu", "123000 456 \n");
    write("cpu/docker/c/cpuacct.stat", "user 2\nsystem 3\n");
    write("cpu/docker/c/cpu.stat", "nr_periods 5\nnr_throttled 4\nthrottled_time 3\n");
    write("memory/docker/c/memory.usage_in_bytes", "4096\n");
    write("memory/docker/c/memory.max_usage_in_bytes", "8192\n");
    write("memory/docker/c/memory.limit_in_bytes", "9223372036854771712\n");
    write("memory/docker/c/memory.stat", "cache 1\nrss 2\n");
    write("pids/docker/c/pids.current", "3\n");
    write("pids/docker/c/pids.max", "max\n");
    write(
        "blkio/docker/c/blkio.throttle.io_service_bytes_recursive",
        "8:0 Read 4096\n8:0 Write 1\nTotal 4097\n");
    ContainerUsage usage =
        read(
            mount(20, "cpu", "cgroup", "cpu,cpuacct")
                + mount(21, "memory", "cgroup", "memory")
                + mount(22, "pids", "cgroup", "pids")
                + mount(23, "blkio", "cgroup", "blkio"));
    assertThat(usage.cpu())
        .isEqualTo(
            new ContainerUsage.Cpu(
                123456, List.of(123000L, 456L), 30_000_000, 20_000_000, 280_000_000, 2, 5, 4, 3));
    assertThat(usage.memory())
        .isEqualTo(
            new ContainerUsage.Memory(4096, 8192, 0, 1_024_000, Map.of("cache", 1L, "rss", 2L)));
    assertThat(usage.pids()).isEqualTo(new ContainerUsage.Pids(3, 0));
    assertThat(usage.blockIo().bytes())
        .containsExactly(
            new ContainerUsage.Entry(8, 0, "Read", 4096),
            new ContainerUsage.Entry(8, 0, "Write", 1));
    assertThat(usage.networks())
        .containsOnly(Map.entry("eth0", new ContainerUsage.Network(100, 2, 3, 4, 500, 6, 7, 8)));
  }

  @Test
  void versionTwo() throws IOException {
    write(
        "all/docker/c/cpu.stat",
        "usage_usec 10\nuser_usec 6\nsystem_usec 4\nnr_periods 1\nnr_throttled 2\nthrottled_usec 3\n");
    write("all/docker/c/memory.current", "4096\n");
    write("all/docker/c/memory.max", "512000\n");
    write("all/docker/c/memory.stat", "inactive_file 7\n");
    write("all/docker/c/pids.current", "1\n");
    write("all/docker/c/pids.max", "50\n");
    write("all/docker/c/io.stat", "254:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n");
    ContainerUsage usage = read(mount(20, "all", "cgroup2", "nsdelegate"));
    assertThat(usage.cpu().totalNanos()).isEqualTo(10_000);
    assertThat(usage.cpu().throttledNanos()).isEqualTo(3_000);
    assertThat(usage.cpu().perCpuNanos()).isEmpty();
    assertThat(usage.memory())
        .isEqualTo(new ContainerUsage.Memory(4096, 0, 0, 512_000, Map.of("inactive_file", 7L)));
    assertThat(usage.pids()).isEqualTo(new ContainerUsage.Pids(1, 50));
    assertThat(usage.blockIo().operations())
        .containsExactly(
            new ContainerUsage.Entry(254, 0, "read", 3),
            new ContainerUsage.Entry(254, 0, "write", 4));
    assertThat(usage.blockIo().unified()).isTrue();
  }

  @Test
  void whatIsMissingCountsAsNothing() {
    ContainerUsage usage = read(mount(20, "none", "cgroup", "cpu"));
    assertThat(usage.cpu().totalNanos()).isZero();
    assertThat(usage.memory().details()).isEmpty();
    assertThat(usage.pids()).isEqualTo(new ContainerUsage.Pids(0, 0));
  }
}
