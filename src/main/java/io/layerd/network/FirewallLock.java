package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One at a time on this host: netavark looks for a rule and then adds it, and two of them between
 * these steps make it twice or fail. Threads wait for a lock, other layerd processes for a lock on
 * a file. A thread that holds it may take it again.
 */
final class FirewallLock {
  private static final Logger LOG = Logger.getLogger(FirewallLock.class);
  private static final Path FILE = Path.of("/run/layerd-firewall.lock");
  private static final ReentrantLock LOCK = new ReentrantLock(true);

  private FirewallLock() {}

  static <T> T locked(Supplier<T> work) {
    LOCK.lock();
    try (FileChannel channel = LOCK.getHoldCount() > 1 ? null : open()) {
      if (channel == null) {
        return work.get();
      }
      try (FileLock held = channel.lock()) {
        LOG.tracef("%s", held);
        return work.get();
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot lock " + FILE + ": " + e.getMessage(), e);
    } finally {
      LOCK.unlock();
    }
  }

  private static @Nullable FileChannel open() {
    try {
      return FileChannel.open(FILE, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      LOG.debugf("no lock against other daemons: %s", e.getMessage());
      return null;
    }
  }
}
