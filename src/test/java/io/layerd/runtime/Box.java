package io.layerd.runtime;

import io.layerd.runtime.ContainerRuntime.Console;
import io.layerd.runtime.ContainerRuntime.ExecRequest;
import io.layerd.runtime.ContainerRuntime.ExitStatus;
import io.layerd.runtime.ContainerRuntime.Output;
import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.security.Labels;
import io.layerd.spec.HostConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A root file system of busybox, an exec root, a cgroup parent, and a runtime on them. */
final class Box implements AutoCloseable {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  final Path directory;
  final Path rootfs;
  final Path execRoot;
  private final String cgroupParent;
  private final RuntimeOptions options;
  private final List<String> containers = new ArrayList<>();
  private ContainerRuntime runtime;

  Box(String runtimeName) throws IOException, InterruptedException {
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-runtime-");
    rootfs = directory.resolve("rootfs");
    execRoot = directory.resolve("run");
    cgroupParent = "/" + directory.getFileName();
    for (String path : List.of("bin", "proc", "sys", "dev", "tmp", "etc", "root")) {
      Files.createDirectories(rootfs.resolve(path));
    }
    Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"));
    new ProcessBuilder("chroot", rootfs.toString(), "/bin/busybox", "--install", "-s", "/bin")
        .inheritIO()
        .start()
        .waitFor();
    Files.writeString(
        rootfs.resolve("etc/passwd"),
        "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\n");
    Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\nann:x:1001:\naudio:x:29:ann\n");
    Files.writeString(rootfs.resolve("etc/plain"), "no program\n");
    options =
        new RuntimeOptions(
            runtimeName,
            Map.of(),
            cgroupParent,
            null,
            ContainerDefaults.USUAL,
            false,
            RuntimeOptions.defaults().searchPath());
    runtime = ContainerRuntimes.open(execRoot, options);
  }

  ContainerRuntime runtime() {
    return runtime;
  }

  /** As if the daemon had been restarted. */
  ContainerRuntime restart() {
    return restart(options);
  }

  ContainerRuntime restart(RuntimeOptions changed) {
    runtime = ContainerRuntimes.open(execRoot, changed);
    return runtime;
  }

  Path execRoot() {
    return execRoot;
  }

  RuntimeOptions options() {
    return options;
  }

  String newId() {
    String id = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
    containers.add(id);
    return id;
  }

  LaunchRequest request(String id, ProcessIo io, HostConfig host, String... args) {
    return request(id, "", Map.of(), io, host, args);
  }

  LaunchRequest request(
      String id,
      String user,
      Map<String, Integer> namespacesOf,
      ProcessIo io,
      HostConfig host,
      String... args) {
    return new LaunchRequest(
        id,
        List.of(args),
        List.of("PATH=/bin:/sbin:/usr/bin"),
        user,
        "/",
        "box",
        "",
        rootfs,
        List.of(),
        null,
        null,
        false,
        namespacesOf,
        Labels.NONE,
        host,
        Map.of(),
        io);
  }

  Path log(String id) {
    return directory.resolve(id + ".log");
  }

  ProcessIo plain(String id) {
    return new ProcessIo(false, false, false, log(id));
  }

  /** Creates and starts. */
  RunningProcess run(String id, String... args) {
    return run(request(id, plain(id), Hosts.of("{}"), args));
  }

  RunningProcess run(LaunchRequest request) {
    RunningProcess process = runtime.create(request);
    runtime.start(request.containerId());
    return process;
  }

  ExecRequest exec(String id, boolean tty, boolean attached, boolean stdin, String... args) {
    return new ExecRequest(
        id,
        UUID.randomUUID().toString().replace("-", ""),
        List.of(args),
        List.of(),
        null,
        List.of(),
        null,
        false,
        rootfs,
        attached,
        new ProcessIo(tty, stdin, true, null));
  }

  static ExitStatus await(RunningProcess process) throws Exception {
    return process.exit().get(30, TimeUnit.SECONDS);
  }

  /** All output to the end. */
  static String drain(Console console) {
    StringBuilder text = new StringBuilder();
    for (Output output = console.read(); output != null; output = console.read()) {
      text.append(new String(output.data(), StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  static void write(Console console, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    console.write(bytes, 0, bytes.length);
  }

  /** The words of a log without conmon's time stamps. */
  String logged(String id) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : Files.readAllLines(log(id))) {
      String[] fields = line.split(" ", 4);
      text.append(fields[3]).append(fields[2].equals("F") ? "\n" : "");
    }
    return text.toString();
  }

  /** Everything that must not be left: cgroups, files, processes. */
  List<String> leftovers() throws IOException {
    List<String> left = new ArrayList<>();
    try (Stream<Path> hierarchies = Files.list(CGROUPS)) {
      for (Path hierarchy : hierarchies.toList()) {
        Path parent = hierarchy.resolve(cgroupParent.substring(1));
        if (Files.isDirectory(parent)) {
          try (Stream<Path> children = Files.list(parent)) {
            children.filter(Files::isDirectory).forEach(child -> left.add(child.toString()));
          }
        }
      }
    }
    try (Stream<Path> files = Files.walk(execRoot)) {
      files.map(Path::toString).filter(this::names).forEach(left::add);
    }
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.toList()) {
        try {
          String line = Files.readString(process.resolve("cmdline"));
          if (names(line)) {
            left.add(process + " " + line.replace('\0', ' '));
          }
        } catch (IOException e) {
          // Not a process, or gone.
        }
      }
    }
    return left;
  }

  private boolean names(String text) {
    return containers.stream().anyMatch(text::contains);
  }

  /** Deletes all; fails if something stays. */
  @Override
  public void close() throws Exception {
    for (String id : containers) {
      runtime.delete(id);
    }
    // conmon ends a little later than its container.
    List<String> left = leftovers();
    for (int i = 0; i < 100 && !left.isEmpty(); i++) {
      Thread.sleep(20);
      left = leftovers();
    }
    try (Stream<Path> hierarchies = Files.list(CGROUPS)) {
      for (Path hierarchy : hierarchies.toList()) {
        try {
          Files.deleteIfExists(hierarchy.resolve(cgroupParent.substring(1)));
        } catch (IOException e) {
          // Not a hierarchy.
        }
      }
    }
    Bundle.deleteTree(directory);
    if (!left.isEmpty()) {
      throw new AssertionError("left behind: " + left);
    }
  }
}
