package io.layerd.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.daemon.doctor.Finding.Level;
import io.layerd.mount.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks of what the kernel tells, on a host made of files. */
class HostChecksTest {
  @TempDir Path root;
  private HostFiles host;

  @BeforeEach
  void host() {
    host = new HostFiles(root);
  }

  @ParameterizedTest
  @CsvSource({
    "6.18.44-amd64, OK",
    "5.6.0, OK",
    "5.10.0-28, OK",
    "5.5.19, FAILURE",
    "4.19.0, FAILURE",
    "nonsense, FAILURE",
  })
  void kernel(String release, Level level) throws IOException {
    file("/proc/sys/kernel/osrelease", release + "\n");
    Finding finding = only(new Kernel(host));
    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.detail()).contains(release);
  }

  @Test
  void rights() throws IOException {
    file(
        "/proc/self/status", "Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t000001ffffffffff\n");
    assertThat(only(new Rights(host)).detail()).isEqualTo("not root");
    file("/proc/self/status", "Name:\tx\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
    assertThat(only(new Rights(host)).level()).isEqualTo(Level.OK);
    // what docker run gives a container
    file("/proc/self/status", "Name:\tx\nUid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\n");
    assertThat(only(new Rights(host)))
        .returns(Level.FAILURE, Finding::level)
        .returns("root without CAP_NET_ADMIN, CAP_SYS_ADMIN", Finding::detail);
  }

  @Test
  void overlayModule() throws IOException {
    file("/proc/filesystems", "nodev\tproc\n\text4\nnodev\toverlay\n");
    assertThat(only(new OverlayModule(host, this::unexpected)).level()).isEqualTo(Level.OK);
    file("/proc/filesystems", "nodev\tproc\nnodev\toverlayx\n");
    assertThat(only(new OverlayModule(host, () -> {})).level()).isEqualTo(Level.FAILURE);
    Runnable load = () -> write("/proc/filesystems", "nodev\tproc\nnodev\toverlay\n");
    assertThat(only(new OverlayModule(host, load)))
        .returns(Level.OK, Finding::level)
        .returns("in /proc/filesystems, as a module that was just loaded", Finding::detail);
  }

  @Test
  void namespaces() throws IOException {
    for (String kind : List.of("mnt", "pid", "net", "ipc", "uts", "cgroup")) {
      file("/proc/self/ns/" + kind, "");
    }
    assertThat(only(new Namespaces(host)))
        .returns(Level.WARNING, Finding::level)
        .returns("none of kind user", Finding::detail);
    file("/proc/self/ns/user", "");
    assertThat(only(new Namespaces(host)).level()).isEqualTo(Level.OK);
    file("/proc/sys/user/max_net_namespaces", "0\n");
    assertThat(only(new Namespaces(host)))
        .returns(Level.FAILURE, Finding::level)
        .returns("none of kind net", Finding::detail);
  }

  @Test
  void controlGroups() throws IOException {
    assertThat(cgroups()).returns("not mounted", Finding::detail);
    file("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
    Mount second = mount("cgroup2", "/sys/fs/cgroup", "rw");
    assertThat(cgroups(second))
        .returns(Level.OK, Finding::level)
        .returns("version 2: cpu, cpuset, memory, pids", Finding::detail);
    file("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
    assertThat(cgroups(second))
        .returns(Level.WARNING, Finding::level)
        .returns("version 2, without cpuset, memory, pids: no such limits", Finding::detail);
    Mount[] first = {
      mount("cgroup", "/c/cpu", "rw,cpu,cpuacct"),
      mount("cgroup", "/c/cpuset", "rw,cpuset"),
      mount("cgroup", "/c/memory", "rw,memory"),
      mount("cgroup", "/c/pids", "rw,pids"),
      mount("cgroup", "/c/freezer", "rw,freezer"),
      mount("cgroup", "/c/devices", "rw,devices"),
      second
    };
    assertThat(cgroups(first))
        .returns(Level.OK, Finding::level)
        .returns("hybrid, version 1 counts: cpu, cpuset, memory, pids", Finding::detail);
    assertThat(cgroups(first[0], first[1]))
        .returns(Level.FAILURE, Finding::level)
        .returns("version 1, without the controllers devices and freezer", Finding::detail);
  }

  @Test
  void forwarding() throws IOException {
    file("/proc/sys/net/ipv4/ip_forward", "0\n");
    assertThat(only(new Forwarding(host)).level()).isEqualTo(Level.WARNING);
    file("/proc/sys/net/ipv4/ip_forward", "1\n");
    assertThat(only(new Forwarding(host)).level()).isEqualTo(Level.OK);
  }

  @Test
  void networkPrograms() throws IOException {
    assertThat(new NetworkPrograms(_ -> Optional.empty()).look())
        .extracting(Finding::check, Finding::level)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("netavark", Level.FAILURE),
            org.assertj.core.groups.Tuple.tuple("aardvark-dns", Level.WARNING),
            org.assertj.core.groups.Tuple.tuple("iptables", Level.FAILURE));
    program("netavark", "echo netavark 1.14.0");
    program("aardvark-dns", "echo 'no syslog' >&2; echo aardvark-dns 1.14.0");
    program(
        "iptables", "case $1 in --version) echo 'iptables v1.8.9 (legacy)';; *) echo -P x;; esac");
    NetworkPrograms check = new NetworkPrograms(name -> Optional.of(root.resolve(name)));
    assertThat(check.look())
        .allMatch(finding -> finding.level() == Level.OK)
        .extracting(Finding::detail)
        .containsExactly(
            "1.14.0 " + root.resolve("netavark"),
            "1.14.0 " + root.resolve("aardvark-dns"),
            "v1.8.9 (legacy) " + root.resolve("iptables"));
    program("iptables", "echo hint; echo 'Table does not exist' >&2; exit 3");
    assertThat(check.look().getLast())
        .returns(Level.FAILURE, Finding::level)
        .extracting(Finding::detail)
        .asString()
        .endsWith("does not work: Table does not exist");
  }

  private Finding cgroups(Mount... mounts) {
    return only(new ControlGroups(host, List.of(mounts)));
  }

  private static Mount mount(String type, String point, String superOptions) {
    return new Mount(1, 0, "0:1", "/", Path.of(point), "rw", List.of(), type, type, superOptions);
  }

  private static Finding only(Check check) {
    List<Finding> findings = check.look();
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private void unexpected() {
    throw new AssertionError("nothing was to be loaded");
  }

  private void program(String name, String script) throws IOException {
    file("/" + name, "#!/bin/sh\n" + script + "\n");
    assertThat(root.resolve(name).toFile().setExecutable(true)).isTrue();
  }

  private void file(String name, String text) throws IOException {
    Files.createDirectories(host.path(name).getParent());
    Files.writeString(host.path(name), text);
  }

  private void write(String name, String text) {
    try {
      file(name, text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
