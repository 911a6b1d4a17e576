package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MoveAheadTest {
  @TempDir Path root;

  private Path membership = Path.of("");

  @BeforeEach
  void files() {
    membership = root.resolve("membership");
  }

  private Cgroups host(String... mounts) {
    List<String> lines = List.of(mounts).stream().map(this::line).toList();
    return new Cgroups(Sys.host(), HostMounts.parse(lines));
  }

  private String line(String mount) {
    String[] parts = mount.split(" ", -1); // directory, type, options
    return "30 20 0:26 / %s rw shared:9 - %s cgroup %s"
        .formatted(root.resolve(parts[0]), parts[1], parts[2]);
  }

  private Path group(String path) throws IOException {
    Files.createDirectories(root.resolve(path));
    return Files.createFile(root.resolve(path).resolve("cgroup.procs"));
  }

  @Test
  void findsItsGroupOnEitherVersion() throws Exception {
    Path second = group("unified/system.slice/layerd.service");
    Files.writeString(membership, "0::/system.slice/layerd.service\n");
    assertThat(MoveAhead.members(host("unified cgroup2 rw"), membership)).isEqualTo(second);

    Path first = group("freezer/mine");
    Files.writeString(membership, "9:memory:/other\n8:net_cls,freezer:/mine\n0::/\n");
    assertThat(
            MoveAhead.members(
                host(
                    "memory cgroup rw,memory", "freezer cgroup rw,net_cls,freezer", "u cgroup2 rw"),
                membership))
        .isEqualTo(first);
  }

  @Test
  void doesWithoutAGroup() throws Exception {
    Cgroups host = host("unified cgroup2 rw");
    assertThat(MoveAhead.members(host, membership)).isNull();
    Files.writeString(membership, "0::/not/there\n\n");
    assertThat(MoveAhead.members(host, membership)).isNull();
    new MoveAhead(() -> null, Runnable::run).expect().close();
    new MoveAhead(() -> root.resolve("gone"), Runnable::run).expect().close();
  }

  @Test
  void movesThisProcessToWhereItIs() throws Exception {
    Path members = group("plain");
    new MoveAhead(() -> members, Runnable::run).expect().close();
    assertThat(members).hasContent("0");

    Path own = Path.of("/proc/self/cgroup");
    Path real = MoveAhead.members(new Cgroups(Sys.host(), HostMounts.read()), own);
    assertThat(real).isNotNull();
    List<String> before = Files.readAllLines(own);
    new MoveAhead(() -> real, Runnable::run).expect().close();
    assertThat(Files.readAllLines(own)).isEqualTo(before);
  }

  @Test
  void followsThisProcessToAnotherGroup() throws Exception {
    Path before = group("before");
    Path after = group("after");
    AtomicBoolean moved = new AtomicBoolean();
    new MoveAhead(() -> moved.getAndSet(true) ? after : before, Runnable::run).expect().close();
    assertThat(before).hasContent("0");
    assertThat(after).hasContent("0");
  }

  @Test
  void endsWithTheLastThatIsExpectedAndBeginsAgain() throws Exception {
    Path members = group("plain");
    BlockingQueue<Runnable> begun = new LinkedBlockingQueue<>();
    MoveAhead ahead = new MoveAhead(() -> members, begun::add);
    MoveAhead.Expected first = ahead.expect();
    MoveAhead.Expected second = ahead.expect();
    assertThat(begun).as("one goes on for both").hasSize(1);
    Thread moving = Thread.ofPlatform().start(begun.remove());
    first.close();
    Files.writeString(members, "");
    while (Files.size(members) == 0) {
      Thread.sleep(1);
    }
    assertThat(begun).isEmpty();
    second.close();
    moving.join();

    try (var _ = ahead.expect()) {
      assertThat(begun).hasSize(1);
      Files.writeString(members, "");
      begun.remove().run();
      assertThat(members).as("nothing came: it gave up").hasContent("0");
    }
  }
}
