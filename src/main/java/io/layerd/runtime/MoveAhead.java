package io.layerd.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has the kernel ready for moving a process into a control group, which every start of a container
 * and every exec ends in.
 *
 * <p>The move takes a lock of the whole host ({@code cgroup_threadgroup_rwsem}). Its first taker
 * waits for an RCU grace period, 6 to 16 ms; whoever takes it within some 15 ms after that waits
 * for nothing. So it is taken here, in the background, from when the bundle is written until the
 * process is there: by moving this process into the group that it is in.
 */
final class MoveAhead {
  private static final Logger LOG = Logger.getLogger(MoveAhead.class);
  private static final int IDLE_SECONDS = 10;
  private static final int PAUSE_MILLIS = 8;

  /** A launch that takes longer than this waits for something else. */
  private static final int MOST_MOVES = 20;

  /** In the words of cgroup.procs: the process that writes. */
  private static final byte[] MYSELF = {'0'};

  /** Asked each time: whoever runs the host may have put this process into another group. */
  private final Supplier<@Nullable Path> members;

  private final Executor background;
  private int expected;
  private int movesLeft;
  private boolean moving;

  MoveAhead(Supplier<@Nullable Path> members, Executor background) {
    this.members = members;
    this.background = background;
  }

  /** For this process, in one of its hierarchies; does nothing where there is none. */
  static MoveAhead of(Cgroups cgroups) {
    var background =
        new ThreadPoolExecutor(
            0,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("move ahead").factory());
    Path membership = Path.of("/proc/self/cgroup");
    return new MoveAhead(() -> members(cgroups, membership), background);
  }

  /**
   * The list of the group's processes.
   *
   * @param membership lines of {@code number:controllers:path}, cgroups(7)
   */
  static @Nullable Path members(Cgroups cgroups, Path membership) {
    List<String> lines;
    try {
      lines = Files.readAllLines(membership);
    } catch (IOException e) {
      return null;
    }
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      Path group =
          parts.length < 3
              ? null
              : cgroups.unified()
                  ? cgroups.group("", parts[2])
                  : List.of(parts[1].split(",")).contains("freezer")
                      ? cgroups.group("freezer", parts[2])
                      : null;
      if (group != null && Files.isWritable(group.resolve("cgroup.procs"))) {
        return group.resolve("cgroup.procs");
      }
    }
    return null;
  }

  /** What is expected has come when this is closed. */
  interface Expected extends AutoCloseable {
    @Override
    void close();
  }

  /** A process will be moved soon. Returns at once. */
  Expected expect() {
    boolean begin;
    synchronized (this) {
      expected++;
      movesLeft = MOST_MOVES;
      begin = !moving;
      moving = true;
    }
    if (begin) {
      background.execute(this::moves);
    }
    return this::arrived;
  }

  private synchronized void arrived() {
    expected--;
  }

  private void moves() {
    while (another()) {
      Path group = members.get();
      if (group != null) {
        move(group);
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized boolean another() {
    moving = expected > 0 && movesLeft-- > 0 && !Thread.currentThread().isInterrupted();
    return moving;
  }

  private static void move(Path members) {
    try {
      Files.write(members, MYSELF, StandardOpenOption.WRITE);
    } catch (IOException e) {
      // Refused where groups have no members of their own; the lock was taken all the same.
      LOG.debugf("no move ahead: %s", e.getMessage());
    }
  }
}
