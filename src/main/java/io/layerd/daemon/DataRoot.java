package io.layerd.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The directory that holds all persistent state: made, writable, and this daemon's alone. */
final class DataRoot implements AutoCloseable {
  private final FileChannel channel;

  private DataRoot(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the directory if need be and locks it; the lock ends with the process, however it ends.
   *
   * @throws StartupFailure if it is read-only, full, or another daemon's
   */
  static DataRoot take(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x---"));
      }
      // The lock file keeps a byte, so that a full disk shows now and not in the middle of a pull.
      FileChannel channel =
          FileChannel.open(
              path.resolve(".layerd.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new StartupFailure(
            "data root "
                + path
                + " is in use by another layerd: stop that one, or choose another --data-root");
      }
      channel.write(ByteBuffer.wrap(new byte[] {'\n'}), 0);
      channel.force(true);
      return new DataRoot(channel);
    } catch (IOException e) {
      throw new StartupFailure(
          "cannot write to data root "
              + path
              + ": "
              + Reason.of(e)
              + ": make it writable, or choose another --data-root",
          e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // the lock ends with the process
    }
  }
}
