package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.durable.Failpoint;
import io.layerd.fsck.Fsck;
import io.layerd.fsck.Progress;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The daemon is killed at random moments, and at each place between two steps of what must be
 * durable, while it pulls, loads, builds, commits, tags, creates and removes. After each kill it
 * starts again, everything it keeps is checked down to the checksums of files, and what had been
 * answered with success is there.
 *
 * <p>{@code -Dlayerd.crash.kills=N} sets how often each driver's daemon is killed, {@code
 * -Dlayerd.crash.seed=N} repeats a run; {@code src/test/scripts/crash-harness} kills many times.
 */
class CrashHarnessIT {
  /** Enough that the two drivers together meet each place: two kills of three are at one. */
  private static final int KILLS = Integer.getInteger("layerd.crash.kills", 12);

  private static final long SEED = Long.getLong("layerd.crash.seed", 20_251_125);
  private static final int LATEST_MILLIS = 1000;
  private static final int ANSWERED_FIRST = 3;
  private static final int PASSES = 3;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static RegistryFixture registry;
  private static String busybox;
  private static String loaded;
  private static Path scratch;
  private static final List<String> PULLED = new ArrayList<>();

  @BeforeAll
  static void fill() throws IOException {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
    for (int i = 0; i < 3; i++) {
      PULLED.add(registry.push("crash" + i, "latest", TestImages.fresh("crash" + i, 300_000)));
    }
    loaded = registry.push("loaded", "latest", TestImages.fresh("loaded", 300_000));
    scratch = Files.createTempDirectory("layerd-it-crash");
    Path context = Files.createDirectory(scratch.resolve("context"));
    Files.writeString(context.resolve("file"), "copied\n");
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM " + busybox + "\nCOPY file /file\nRUN cat /file /proc/uptime >/ran\n");
  }

  @AfterAll
  static void close() {
    registry.close();
    Command.sh("rm -rf " + scratch);
  }

  /** What the daemon has said that it did, and what the operation that was cut off is about. */
  private static final class Expected {
    final TreeSet<String> names = new TreeSet<>();
    final TreeSet<String> containers = new TreeSet<>();
    String undecided = "";
    boolean building;
  }

  /**
   * A docker command, and what it makes or takes away.
   *
   * @param needs the name or container without which it cannot be done
   */
  private record Operation(
      List<String> command, String subject, boolean makes, boolean image, String needs) {
    static Operation makesImage(String subject, String needs, String... command) {
      return new Operation(List.of(command), subject, true, true, needs);
    }

    static Operation removesImage(String subject) {
      return new Operation(List.of("rmi", subject), subject, false, true, subject);
    }

    boolean possible(Expected expected) {
      TreeSet<String> known = image ? expected.names : expected.containers;
      return known.contains(subject) != makes
          && (expected.names.contains(needs) || expected.containers.contains(needs));
    }
  }

  /** All kinds of operations, beginning anywhere among them. */
  private static List<Operation> operations(int round, Random random) {
    String pulled = PULLED.get(round % PULLED.size());
    String tag = "kept/tag:" + round % 5;
    String box = "box" + round % 4;
    String committed = "committed:" + round % 3;
    String built = "built:" + round % 2;
    String context = scratch.resolve("context").toString();
    List<Operation> all =
        new ArrayList<>(
            List.of(
                Operation.makesImage(pulled, busybox, "pull", "-q", pulled),
                Operation.makesImage(tag, pulled, "tag", pulled, tag),
                new Operation(
                    List.of("create", "--name", box, busybox, "true"), box, true, false, busybox),
                Operation.makesImage(committed, box, "commit", box, committed),
                Operation.makesImage(
                    loaded, busybox, "load", "-q", "-i", scratch.resolve("loaded.tar").toString()),
                Operation.makesImage(
                    built,
                    busybox,
                    "build",
                    "-q",
                    "--no-cache",
                    "--network",
                    "none",
                    "-t",
                    built,
                    context),
                Operation.removesImage(tag),
                Operation.removesImage(committed),
                new Operation(List.of("rm", box), box, false, false, box),
                Operation.removesImage(built),
                Operation.removesImage(loaded),
                Operation.removesImage(pulled)));
    Collections.rotate(all, random.nextInt(all.size()));
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay"})
  void nothingCommittedIsLostAndNothingHalfMadeStays(String driver) throws Exception {
    Random random = new Random(SEED);
    Failpoint[] points = Failpoint.values();
    int next = driver.equals("overlay2") ? 0 : (points.length + 1) / 2;
    Map<String, Integer> deaths = new TreeMap<>();
    TreeSet<String> aimed = new TreeSet<>();
    TreeSet<String> met = new TreeSet<>();
    int operations = 0;
    try (DaemonFixture daemon = DaemonFixture.start("--storage-driver", driver)) {
      Expected expected = prepare(daemon);
      for (int kill = 0; kill < KILLS; kill++) {
        boolean armed = kill % 3 != 2;
        // Some work is done and answered first: it must be there after the kill.
        String before = "%s, seed %d, before kill %d".formatted(driver, SEED, kill);
        operations +=
            operate(daemon, operations(kill + 1, random), ANSWERED_FIRST, expected, before);
        String point = "random";
        String place = point;
        if (armed) {
          point = points[next % points.length].name();
          place = point + ":" + (aimed.add(point) ? 1 : 1 + random.nextInt(6));
          next++;
          daemon.kill9();
          daemon.env("LAYERD_FAILPOINT", place);
        }
        String what = "%s, seed %d, kill %d at %s".formatted(driver, SEED, kill, place);
        if (!armed || daemon.launchAndAwait()) {
          if (!armed) {
            killIn(random.nextInt(LATEST_MILLIS), daemon.process());
          }
          List<Operation> rest = operations(kill, random);
          // What is there already is not made in the first pass, but removed: which depends on when
          // earlier kills came.
          for (int pass = 0; pass < PASSES && daemon.process().isAlive(); pass++) {
            operations += operate(daemon, rest, rest.size(), expected, what);
          }
        }
        boolean there = armed && !daemon.process().isAlive();
        if (there) {
          met.add(point);
        }
        deaths.merge(armed && !there ? "after all operations" : point, 1, Integer::sum);
        daemon.kill9();
        daemon.env("LAYERD_FAILPOINT", "");
        daemon.up();
        check(daemon, driver, expected, what);
      }
      removeAll(daemon, driver);
    }
    System.out.printf(
        "crash harness: %s, seed %d: %d kills, %d operations answered, 0 violations; %s%n",
        driver, SEED, KILLS, operations, deaths);
    assertThat(operations).as("operations answered").isGreaterThanOrEqualTo(KILLS);
    assertThat(met).as("the places where the daemon died").isEqualTo(aimed);
  }

  private static Expected prepare(DaemonFixture daemon) {
    DockerCli docker = daemon.docker();
    docker.ok("pull", "-q", busybox);
    docker.ok("pull", "-q", loaded);
    docker.ok("save", "-o", scratch.resolve("loaded.tar").toString(), loaded);
    docker.ok("rmi", loaded);
    Expected expected = new Expected();
    expected.names.add(busybox);
    return expected;
  }

  /** Works until the daemon is gone, or enough is done; answers how much was answered. */
  private static int operate(
      DaemonFixture daemon, List<Operation> operations, int most, Expected expected, String what)
      throws Exception {
    int answered = 0;
    for (Operation operation : operations) {
      if (answered == most || !operation.possible(expected)) {
        continue;
      }
      expected.undecided = operation.subject();
      expected.building = operation.command().getFirst().equals("build");
      Result result =
          daemon
              .docker()
              .command(operation.command().toArray(String[]::new))
              .env("DOCKER_BUILDKIT", "0")
              .limit(LIMIT)
              .run();
      if (result.exit() == 0) {
        answered++;
        expected.undecided = "";
        expected.building = false;
        TreeSet<String> known = operation.image() ? expected.names : expected.containers;
        if (operation.makes()) {
          known.add(operation.subject());
        } else {
          known.remove(operation.subject());
        }
      } else if (daemon.process().waitFor(2, TimeUnit.SECONDS)) {
        return answered;
      } else {
        throw new AssertionError(
            what + ": " + operation + " failed: " + result.err() + "\n" + daemon.log());
      }
    }
    return answered;
  }

  private static void killIn(long millis, Process victim) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                Thread.sleep(millis);
              } catch (InterruptedException e) {
                return;
              }
              victim.destroyForcibly();
            });
  }

  private static void check(DaemonFixture daemon, String driver, Expected expected, String what)
      throws IOException {
    DockerCli docker = daemon.docker();
    TreeSet<String> containers =
        new TreeSet<>(docker.ok("ps", "-a", "--format", "{{.Names}}").lines().toList());
    settle(expected, expected.containers, containers);
    if (expected.building) {
      // the step's container, which a killed build cannot remove
      List<String> steps =
          containers.stream().filter(name -> !expected.containers.contains(name)).toList();
      assertThat(steps).as(what).hasSizeLessThanOrEqualTo(1);
      for (String step : steps) {
        docker.ok("rm", "-f", step);
        containers.remove(step);
      }
    }
    assertThat(containers).as(what).isEqualTo(expected.containers);
    TreeSet<String> names = names(docker);
    settle(expected, expected.names, names);
    expected.undecided = "";
    expected.building = false;
    assertThat(names).as(what).isEqualTo(expected.names);
    List<String> inspect = new ArrayList<>(List.of("inspect", "-f", "{{.Id}}"));
    inspect.addAll(names);
    inspect.addAll(containers);
    assertThat(docker.ok(inspect.toArray(String[]::new)).lines())
        .as(what)
        .hasSize(names.size() + containers.size());
    Fsck.Report report =
        Fsck.check(Sys.host(), daemon.dataRoot(), new Fsck.Options(true, false), Progress.NONE);
    assertThat(report.problems()).as(what + "\n" + daemon.log()).isEmpty();
    assertThat(report.drivers()).as(what).containsExactly(driver);
    assertThat(leftovers(daemon.dataRoot())).as(what).isEmpty();
    assertThat(HostState.of(daemon).mounts()).as(what).noneMatch(m -> m.contains("/merged"));
  }

  private static TreeSet<String> names(DockerCli docker) {
    return new TreeSet<>(
        docker
            .ok("images", "--format", "{{.Repository}}:{{.Tag}}")
            .lines()
            .filter(name -> !name.startsWith("<none>"))
            .toList());
  }

  /** What the operation that was cut off did, as far as it is this kind of thing. */
  private static void settle(Expected expected, TreeSet<String> known, TreeSet<String> seen) {
    if (seen.contains(expected.undecided)) {
      known.add(expected.undecided);
    } else {
      known.remove(expected.undecided);
    }
  }

  /** Temporary names, directories of containers without a configuration, links to nowhere. */
  private static List<String> leftovers(Path dataRoot) {
    return Command.sh(
            """
            cd %s
            [ ! -d tmp ] || find tmp -mindepth 1
            find image -name '.tmp-*' -o -name '*-removing' -o -name 'write-set-*' -o -name 'unclaimed-*'
            find containers volumes -mindepth 1 -maxdepth 1 '(' -name '.*' -o -name '*-removing' ')'
            for c in containers/*/; do [ ! -d "$c" ] || [ -s "$c/config.v2.json" ] || echo "$c"; done
            find containers -name '.tmp-*'
            [ ! -d overlay2/l ] || find overlay2/l -xtype l
            [ ! -d overlay2 ] || find overlay2 -maxdepth 2 -name merged
            [ ! -d overlay ] || find overlay -maxdepth 2 -name 'tmproot*' -o -maxdepth 2 -name '.changes-*'
            """
                .formatted(dataRoot))
        .lines()
        .toList();
  }

  /** When everything is removed by its owner, no layer is left: none was lost to the books. */
  private static void removeAll(DaemonFixture daemon, String driver) {
    daemon
        .docker()
        .with("bash", "-ec", "docker ps -aq | xargs -r docker rm -f; docker image prune -af")
        .run()
        .ok();
    assertThat(
            Command.sh(
                    "cd %s; ls image/%2$s/layerdb/sha256 image/%2$s/imagedb/content/sha256 | grep -E '[0-9a-f]{64}' || true; ls %2$s | grep -vx l || true; ls %2$s/l 2>/dev/null || true"
                        .formatted(daemon.dataRoot(), driver))
                .strip())
        .as("left when everything was removed")
        .isEmpty();
  }
}
