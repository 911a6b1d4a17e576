package io.layerd.logs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A log file and the older ones that it was rotated to: {@code NAME}, {@code NAME.1} (or {@code
 * NAME.1.gz}), ... with the oldest under the highest number, as dockerd has them.
 *
 * <p>Each new file has a number of its own, one above that of the file before, so that a reader
 * finds the one that follows.
 */
final class LogFiles implements AutoCloseable {
  private static final FileAttribute<?> MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
  private static final String COMPRESSED = ".gz";
  private static final String UNFINISHED = ".gz.tmp";

  private final Path path;
  private final Rotation rotation;
  private @Nullable FileChannel out;
  private long size;
  private long number;

  /**
   * @param mostBytes a file of this size or more gets no further record; -1 for any size
   * @param files how many files there may be, at least 1
   * @param compress all but the newest are compressed
   */
  record Rotation(long mostBytes, int files, boolean compress) {
    static final Rotation NONE = new Rotation(-1, 1, false);
  }

  LogFiles(Path path, Rotation rotation) {
    this.path = path;
    this.rotation = rotation;
  }

  Path path() {
    return path;
  }

  /** Ready to be written to. */
  synchronized void open() throws IOException {
    Files.createDirectories(directory());
    Files.deleteIfExists(name(1, UNFINISHED));
    FileChannel opened = channel();
    out = opened;
    size = opened.size();
  }

  private FileChannel channel() throws IOException {
    return FileChannel.open(
        path,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
        MODE);
  }

  synchronized long size() {
    return size;
  }

  /** What was written after this size is taken back. */
  synchronized void cut(long bytes) throws IOException {
    if (out != null && size > bytes) {
      out.truncate(bytes);
      size = bytes;
    }
  }

  /** Appends all of it, or nothing. */
  synchronized void append(Bytes records) throws IOException {
    if (out == null) {
      throw new IOException("the log " + path + " is closed");
    }
    int length = records.size();
    try {
      records.drainTo(out);
      size += length;
    } catch (IOException e) {
      out.truncate(size);
      throw e;
    }
  }

  /** Whether so many bytes in the newest file are all that it may hold. */
  boolean full(long bytes) {
    return rotation.mostBytes() >= 0 && bytes >= rotation.mostBytes();
  }

  /** Begins a new file. */
  synchronized void rotate() throws IOException {
    close();
    if (rotation.files() > 1) {
      for (int age = rotation.files() - 1; age >= 1; age--) {
        move(age - 1, age, "");
        if (age > 1) {
          move(age - 1, age, COMPRESSED);
        }
      }
      if (rotation.compress()) {
        compress();
      }
    } else {
      Files.deleteIfExists(path);
    }
    number++;
    FileChannel opened = channel();
    out = opened;
    size = opened.size();
  }

  private void move(int from, int to, String suffix) throws IOException {
    Path source = from == 0 ? path : name(from, suffix);
    if (Files.exists(source)) {
      Files.deleteIfExists(name(to, ""));
      Files.deleteIfExists(name(to, COMPRESSED));
      Files.move(source, name(to, suffix), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void compress() throws IOException {
    Path plain = name(1, "");
    Path unfinished = name(1, UNFINISHED);
    try (InputStream in = Files.newInputStream(plain);
        FileChannel file =
            FileChannel.open(
                unfinished,
                Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING),
                MODE);
        OutputStream gzip = new GZIPOutputStream(Channels.newOutputStream(file), 64 << 10)) {
      in.transferTo(gzip);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      // It stays as it is, readable: a full disk is no reason to lose it.
      Files.deleteIfExists(unfinished);
      return;
    }
    Files.move(unfinished, name(1, COMPRESSED), StandardCopyOption.ATOMIC_MOVE);
    Files.delete(plain);
  }

  private Path directory() {
    return java.util.Objects.requireNonNull(path.toAbsolutePath().getParent());
  }

  private Path name(int age, String suffix) {
    return path.resolveSibling(path.getFileName() + "." + age + suffix);
  }

  /** A file that is being read. */
  record Opened(FileChannel channel, long number) {}

  synchronized @Nullable Opened newest() throws IOException {
    return read(0);
  }

  /**
   * The file before that of a number; null if there is none, or if nothing was written to it since
   * a time.
   */
  synchronized @Nullable Opened before(long other, @Nullable Instant since) throws IOException {
    int age = (int) (number - other) + 1;
    return age >= rotation.files() || (since != null && olderThan(since, age)) ? null : read(age);
  }

  private boolean olderThan(Instant since, int age) throws IOException {
    for (String suffix : new String[] {"", COMPRESSED}) {
      if (Files.exists(name(age, suffix))) {
        return Files.getLastModifiedTime(name(age, suffix)).toInstant().isBefore(since);
      }
    }
    return true;
  }

  /**
   * The file after that of a number, or the oldest one there is; null if that number is the newest.
   */
  synchronized @Nullable Opened after(long other) throws IOException {
    for (int age = (int) Math.min(rotation.files() - 1, number - other - 1); age >= 0; age--) {
      Opened opened = read(age);
      if (opened != null) {
        return opened;
      }
    }
    return null;
  }

  private @Nullable Opened read(int age) throws IOException {
    Path file = age == 0 ? path : name(age, "");
    try {
      return new Opened(FileChannel.open(file, StandardOpenOption.READ), number - age);
    } catch (NoSuchFileException e) {
      Path compressed = name(age, COMPRESSED);
      return age > 0 && Files.exists(compressed)
          ? new Opened(inflated(compressed), number - age)
          : null;
    }
  }

  /** Since a file is read from its end, too, it is unpacked first; its name goes at once. */
  private FileChannel inflated(Path compressed) throws IOException {
    Path plain = Files.createTempFile(directory(), ".log-", "");
    FileChannel channel =
        FileChannel.open(
            plain,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try (InputStream in = new GZIPInputStream(Files.newInputStream(compressed), 64 << 10)) {
      in.transferTo(Channels.newOutputStream(channel));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }
}
