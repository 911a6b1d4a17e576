package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The built daemon as a process of its own, with everything it owns below one directory and a
 * bridge nobody else uses. Closing it stops the daemon, ends what it left and fails if there was a
 * blocked event loop.
 */
final class DaemonFixture implements AutoCloseable {
  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Path PARENT = Path.of("/var/tmp");
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
  private static final AtomicInteger NEXT =
      new AtomicInteger(Integer.getInteger("layerd.it.first", 0));

  private final Path root;
  private final int number;
  private final List<String> flags;
  private List<String> hidden = List.of();
  private List<String> sockets = List.of();
  private final Map<String, String> environment = new TreeMap<>();
  private Process process;

  private DaemonFixture(String... flags) {
    try {
      root = Files.createTempDirectory(PARENT, "layerd-it-");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    this.flags = new ArrayList<>(List.of(flags));
    number = freeNumber();
  }

  /** A running daemon with these flags after the usual ones. */
  static DaemonFixture start(String... flags) {
    DaemonFixture daemon = new DaemonFixture(flags);
    daemon.up();
    return daemon;
  }

  /** A daemon that is not started yet, for tests of the start itself. */
  static DaemonFixture stopped(String... flags) {
    return new DaemonFixture(flags);
  }

  /** Starts the daemon where these programs of the host cannot be run. */
  DaemonFixture without(String... programs) {
    hidden = List.of(programs);
    return this;
  }

  /** More flags, for those that follow from the bridge. */
  DaemonFixture flags(String... more) {
    flags.addAll(List.of(more));
    return this;
  }

  /**
   * Starts the daemon with sockets that listen already, as systemd passes them on.
   *
   * @param addresses as {@code src/test/scripts/listen-fds} reads them
   */
  DaemonFixture listening(String... addresses) {
    sockets = List.of(addresses);
    return this;
  }

  DaemonFixture env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  private static int freeNumber() {
    int candidate = NEXT.getAndIncrement();
    while (Files.exists(Path.of("/sys/class/net/ldit" + candidate))) {
      candidate = NEXT.getAndIncrement();
    }
    return candidate;
  }

  /** Starts and waits until the daemon answers. */
  void up() {
    launch();
    Wait.until(
        "the daemon to answer",
        STARTED_WITHIN,
        () -> answers() || !process.isAlive(),
        () -> "\n" + log());
    assertThat(process.isAlive()).as(() -> "daemon ended at once:\n" + log()).isTrue();
  }

  /** Starts and waits until the daemon answers or has ended; answers whether it is up. */
  boolean launchAndAwait() {
    launch();
    Wait.until(
        "the daemon to answer or to end",
        STARTED_WITHIN,
        () -> answers() || !process.isAlive(),
        () -> "\n" + log());
    return process.isAlive();
  }

  /** Starts without waiting. */
  Process launch() {
    try {
      Command command = Command.of(commandLine());
      environment.forEach(command::env);
      process = command.startInto(root.resolve("log"));
      return process;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs the same program to its end, for a subcommand or {@code --validate}. */
  Result program(String... arguments) {
    List<String> words = program(List.of());
    words.addAll(List.of(arguments));
    return Command.of(words).run();
  }

  private List<String> commandLine() {
    List<String> starter = new ArrayList<>();
    if (!sockets.isEmpty()) {
      starter.add("src/test/scripts/listen-fds");
      starter.addAll(sockets);
      starter.add("--");
    }
    List<String> words = program(starter);
    if (!flags.contains("-H")) {
      words.addAll(List.of("-H", host()));
    }
    words.addAll(
        List.of(
            "--exec-root", execRoot().toString(),
            "--pidfile", root.resolve("pid").toString(),
            "--bridge", bridge(),
            "--bip", subnetPrefix() + "1/24"));
    if (!flags.contains("--data-root")) {
      words.addAll(List.of("--data-root", dataRoot().toString()));
    }
    words.addAll(flags);
    return words;
  }

  /** The words that run the program where some others are hidden. */
  private List<String> program(List<String> starter) {
    List<String> words = new ArrayList<>();
    if (!hidden.isEmpty()) {
      String script =
          "for p in %s; do for d in /usr/sbin /usr/bin /usr/local/sbin /usr/local/bin; do"
                  .formatted(String.join(" ", hidden))
              + " [ ! -e $d/$p ] || mount --bind /dev/null $d/$p; done; done; exec \"$@\"";
      words.addAll(List.of("unshare", "--mount", "--propagation", "private"));
      words.addAll(List.of("bash", "-c", script, "bash"));
    }
    words.addAll(starter);
    String binary = System.getProperty("layerd.binary", "");
    if (binary.isEmpty()) {
      assertThat(JAR).as("run mvn package first").exists();
      words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
      words.addAll(List.of(Command.sh(". .ci/lib.sh; layerd_jvm_flags").strip().split(" ")));
      words.addAll(List.of("-jar", JAR.toString()));
    } else {
      words.add(binary);
    }
    return words;
  }

  private boolean answers() {
    try {
      return Files.exists(root.resolve("sock")) && http().get("/_ping").status() == 200;
    } catch (RuntimeException e) {
      return false;
    }
  }

  String host() {
    return "unix://" + root.resolve("sock");
  }

  Http http() {
    return Http.of(host());
  }

  DockerCli docker() {
    return new DockerCli(host(), root.resolve("cli"));
  }

  Path root() {
    return root;
  }

  Path dataRoot() {
    int given = flags.indexOf("--data-root");
    if (given >= 0) {
      return Path.of(flags.get(given + 1));
    }
    return root.resolve("data");
  }

  Path execRoot() {
    return root.resolve("exec");
  }

  String bridge() {
    return "ldit" + number;
  }

  /** The first three numbers of the bridge's subnet, with the dot. */
  String subnetPrefix() {
    return "10.222." + number + ".";
  }

  Process process() {
    return process;
  }

  String log() {
    try {
      Path log = root.resolve("log");
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** SIGKILL: the daemon gets no chance to tidy up. */
  void kill9() {
    process.destroyForcibly();
    awaitEnd(Duration.ofSeconds(10));
  }

  /** SIGTERM; answers the exit code. */
  int stop() {
    process.destroy();
    awaitEnd(Duration.ofSeconds(40));
    return process.exitValue();
  }

  int awaitEnd(Duration limit) {
    try {
      assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
          .as(() -> "daemon still runs after " + limit + "\n" + log())
          .isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Directories below overlay2 that no layer and no container names. */
  List<String> orphans() {
    Path image = dataRoot().resolve("image/overlay2/layerdb");
    String known =
        Command.sh(
            "cat %1$s/sha256/*/cache-id %1$s/mounts/*/mount-id %1$s/mounts/*/init-id 2>/dev/null"
                    .formatted(image)
                + " | sed 's/-init$//' | grep -oE '[0-9a-f]{64}' || true");
    try (Stream<Path> directories = Files.list(dataRoot().resolve("overlay2"))) {
      return directories
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.equals("l"))
          .filter(name -> !known.contains(name.replaceFirst("-init$", "")))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Staging files of the stores that a finished or broken operation must not leave; contexts of
   * builds are kept on purpose.
   */
  String staging() {
    return Command.sh(
        "find %1$s/image/overlay2/layerdb/tmp %1$s/tmp -mindepth 1 -name layerd-contexts -prune -o -mindepth 1 -print 2>/dev/null || true"
            .formatted(dataRoot()));
  }

  @Override
  public void close() {
    boolean wasUp = process != null && process.isAlive();
    if (wasUp) {
      if (answers()) {
        DockerCli cli = docker();
        String ids = cli.run("ps", "-aq").out().strip();
        if (!ids.isEmpty()) {
          List<String> words = new ArrayList<>(List.of("rm", "-f", "-v"));
          words.addAll(List.of(ids.split("\\s+")));
          cli.run(words.toArray(String[]::new));
        }
      }
      process.destroy();
      try {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    String log = log();
    List<String> left = wasUp ? left() : List.of();
    sweep();
    assertThat(left).as("left by a daemon that was stopped\n" + log).isEmpty();
    assertThat(log).doesNotContain("has been blocked for");
  }

  /** Mounts and packet rules of a daemon that stopped in peace without a container. */
  private List<String> left() {
    HostState host = HostState.of(this);
    return Stream.of(host.mounts(), host.packetRules(), host.processes())
        .flatMap(List::stream)
        .toList();
  }

  /** Ends what a broken daemon may leave, so that one failure does not spoil the host. */
  private void sweep() {
    String script =
        """
        for p in $(grep -slF %1$s /proc/[0-9]*/cmdline | cut -d/ -f3); do
          [ "$p" = $$ ] || [ "$p" = %3$d ] || kill -9 "$p" 2>/dev/null || true
        done
        for i in 1 2 3; do
          awk '{print $5}' /proc/self/mountinfo | grep -F %1$s | sort -r | while read -r m; do
            umount -l "$(printf '%%b' "$m")" 2>/dev/null || true
          done
        done
        ip link del %2$s 2>/dev/null || true
        chains=$(iptables-save -t nat | grep -F %4$s | grep -oE 'NETAVARK-[0-9A-F]+' | sort -u)
        for t in filter nat mangle; do
          for i in 1 2 3; do
            iptables-save -t $t | grep -F %4$s | sed 's/^-A/-D/' | while read -r rule; do
              echo "$rule" | xargs iptables -t $t 2>/dev/null || true
            done
          done
        done
        for c in $chains; do iptables -t nat -F $c; iptables -t nat -X $c; done
        rm -rf --one-file-system %1$s
        """
            .formatted(root, bridge(), ProcessHandle.current().pid(), subnetPrefix());
    Command.of("bash", "-c", script).run();
  }
}
