package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.Console;
import io.layerd.runtime.ContainerRuntime.Output;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection to conmon's attach socket: packets come with the stream in their first byte, and go
 * as they are.
 *
 * <p>Readers and writers share the lock while they use the descriptor; closing wakes them first and
 * then takes the lock alone, so that the number is never used again for something else under them.
 */
final class ConmonConsole implements Console {
  /** conmon sends at most 8192 bytes and the stream. */
  private static final int READ_BYTES = 64 << 10;

  /** conmon reads at most 32 KiB of a packet and loses the rest. */
  private static final int WRITE_BYTES = 8 << 10;

  private static final int STDERR_PACKET = 3;

  private final Sys sys;
  private final int fd;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
  private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(WRITE_BYTES);
  private final boolean keepsInput;
  private volatile boolean hadInput;
  private volatile boolean left;
  private volatile long waitingSince;
  private boolean ended;

  private ConmonConsole(Sys sys, int fd, boolean keepsInput) {
    this.sys = sys;
    this.fd = fd;
    this.keepsInput = keepsInput;
  }

  /**
   * @param inputOnce whether conmon ends the process's input as soon as it sees the end of any
   *     connection. One that gave no input must then not be closed before the process ends, lest a
   *     mere onlooker takes the input from another client
   */
  static ConmonConsole connect(Sys sys, Bundle bundle, boolean inputOnce) throws ErrnoException {
    return new ConmonConsole(sys, sys.connectSeqpacket(bundle.socket().toString()), inputOnce);
  }

  @Override
  public @Nullable Output read() {
    use.readLock().lock();
    try {
      synchronized (readBuffer) {
        while (!closed.get() && !ended) {
          waitingSince = System.nanoTime() | 1;
          int count = sys.read(fd, readBuffer.clear());
          waitingSince = 0;
          if (count <= 0) {
            ended = true;
          } else if (count > 1) {
            byte[] data = new byte[count - 1];
            readBuffer.flip();
            int stream = readBuffer.get() == STDERR_PACKET ? 2 : 1;
            readBuffer.get(data);
            return new Output(stream, data);
          }
        }
        return null;
      }
    } catch (ErrnoException e) {
      // conmon went away with something of ours unread: the end as well.
      return null;
    } finally {
      waitingSince = 0;
      use.readLock().unlock();
    }
  }

  /** Whether a reader has waited this long for something to come. */
  boolean idleFor(Duration time) {
    long since = waitingSince;
    return since != 0 && System.nanoTime() - since > time.toNanos();
  }

  /** Lets a waiting reader see the end. What conmon sent already can still be read. */
  void end() {
    use.readLock().lock();
    try {
      if (!closed.get()) {
        sys.shutdown(fd);
      }
    } catch (ErrnoException e) {
      // Not connected any more, which is what is wanted.
    } finally {
      use.readLock().unlock();
    }
  }

  /** Closed, and nothing kept back. */
  boolean isClosed() {
    return closed.get() && !left;
  }

  @Override
  public void write(byte[] data, int offset, int length) {
    hadInput = true;
    use.readLock().lock();
    try {
      synchronized (writeBuffer) {
        int at = offset;
        while (at < offset + length && !closed.get()) {
          int count = Math.min(WRITE_BYTES, offset + length - at);
          writeBuffer.clear().put(data, at, count).flip();
          sys.writeFully(fd, writeBuffer);
          at += count;
        }
      }
    } catch (ErrnoException e) {
      throw new SystemFailure("the process takes no more input: " + e.getMessage(), e);
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void closeInput() {
    hadInput = true;
    use.readLock().lock();
    try {
      if (!closed.get()) {
        sys.shutdownWrite(fd);
      }
    } catch (ErrnoException e) {
      // The process ended, and its input with it.
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    left = keepsInput && !hadInput;
    use.readLock().lock();
    try {
      if (left) {
        sys.shutdownRead(fd);
      } else {
        sys.shutdown(fd);
      }
    } catch (ErrnoException e) {
      // Not connected any more.
    } finally {
      use.readLock().unlock();
    }
    if (!left) {
      giveBack();
    }
  }

  /** After the end of the process: closes what could not be closed before. */
  void discardIfLeft() {
    if (left) {
      left = false;
      giveBack();
    }
  }

  private void giveBack() {
    use.writeLock().lock();
    try {
      sys.close(fd);
    } finally {
      use.writeLock().unlock();
    }
  }
}
