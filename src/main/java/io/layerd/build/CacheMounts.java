package io.layerd.build;

import io.layerd.error.SystemFailure;
import io.layerd.image.Cancel;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Directories that RUN's cache mounts keep from build to build, each below one directory of its own
 * that is named after its id: {@code data} and the texts {@code id} and {@code description}.
 */
public final class CacheMounts {
  private final Sys sys;
  private final Path root;
  private final Map<String, Integer> users = new HashMap<>();

  CacheMounts(Sys sys, Path root) {
    this.sys = sys;
    this.root = root;
  }

  /**
   * One cache.
   *
   * @param description what used it first
   */
  public record Entry(
      String name,
      String id,
      String description,
      long sizeBytes,
      Instant created,
      Instant used,
      boolean inUse) {}

  /** A cache that a step uses until it closes it. */
  record Lease(CacheMounts mounts, String name, Path data, boolean fresh) implements AutoCloseable {
    @Override
    public void close() {
      mounts.release(name);
    }
  }

  /**
   * Takes a cache into use, and waits for it if it is locked.
   *
   * @param sharing {@code shared}, {@code private} or {@code locked}
   */
  Lease use(String id, String sharing, Cancel cancel) throws InterruptedException {
    cancel.onCancel(this::wakeAll);
    return take(id, sharing, cancel);
  }

  private synchronized void wakeAll() {
    notifyAll();
  }

  private synchronized Lease take(String id, String sharing, Cancel cancel)
      throws InterruptedException {
    String base = hash(id);
    String name = base;
    if (sharing.equals("locked")) {
      while (users.getOrDefault(name, 0) > 0) {
        cancel.check();
        wait();
      }
    } else if (sharing.equals("private")) {
      for (int i = 1; users.getOrDefault(name, 0) > 0; i++) {
        name = base + "-" + i;
      }
    }
    Path directory = root.resolve(name);
    Path data = directory.resolve("data");
    boolean fresh = !Files.isDirectory(data);
    try {
      if (fresh) {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("id"), id);
        Files.createDirectory(data);
      }
      Files.setLastModifiedTime(directory.resolve("id"), FileTime.from(Instant.now()));
    } catch (IOException e) {
      throw new SystemFailure("cannot make the cache " + id + " in " + root + ": " + e, e);
    }
    users.merge(name, 1, Integer::sum);
    return new Lease(this, name, data, fresh);
  }

  private synchronized void release(String name) {
    users.merge(name, -1, (a, b) -> a + b == 0 ? null : a + b);
    notifyAll();
  }

  private static String hash(String id) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All of them, in no order. */
  public List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return entries;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(root)) {
      for (Path directory : directories) {
        Entry entry = entry(directory);
        if (entry != null) {
          entries.add(entry);
        }
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot list " + root + ": " + e, e);
    }
    return entries;
  }

  private @Nullable Entry entry(Path directory) throws IOException {
    Path id = directory.resolve("id");
    if (!Files.isRegularFile(id)) {
      return null;
    }
    String name = String.valueOf(directory.getFileName());
    boolean inUse;
    synchronized (this) {
      inUse = users.containsKey(name);
    }
    return new Entry(
        name,
        Files.readString(id),
        description(directory, Files.readString(id)),
        new Walk(false).size(directory.resolve("data")),
        Files.readAttributes(id, BasicFileAttributes.class).creationTime().toInstant(),
        Files.getLastModifiedTime(id).toInstant(),
        inUse);
  }

  private static String description(Path directory, String id) throws IOException {
    Path file = directory.resolve("description");
    return Files.isRegularFile(file) ? Files.readString(file) : "cached mount " + id;
  }

  /** Says what a fresh one is for. */
  void describe(Lease lease, String id, String target, String command) throws IOException {
    String text = "cached mount " + target + " from exec " + command + " with id \"/" + id + "\"";
    Files.writeString(root.resolve(lease.name()).resolve("description"), text);
  }

  /**
   * Deletes those of some that nothing uses, the longest unused first, until no more than so many
   * bytes are kept.
   *
   * @param kept bytes of all caches; 0 to delete every one of those
   * @return what is gone
   */
  public List<Entry> remove(List<Entry> some, long kept) {
    long total = list().stream().mapToLong(Entry::sizeBytes).sum();
    List<Entry> gone = new ArrayList<>();
    for (Entry entry : some.stream().sorted(Comparator.comparing(Entry::used)).toList()) {
      if (!entry.inUse() && (kept == 0 || total > kept)) {
        total -= remove(entry);
        gone.add(entry);
      }
    }
    return gone;
  }

  /**
   * Deletes one that nothing uses.
   *
   * @return bytes freed
   */
  public synchronized long remove(Entry entry) {
    if (users.containsKey(entry.name())) {
      return 0;
    }
    try {
      new Walk(true).size(root.resolve(entry.name()));
      return entry.sizeBytes();
    } catch (IOException e) {
      throw new SystemFailure("cannot delete the cache " + entry.id() + ": " + e.getMessage(), e);
    }
  }

  /** Sets who may use a fresh one. */
  void prepare(Lease lease, int mode, int uid, int gid) throws ErrnoException {
    byte[] path = TreePath.bytes(lease.data());
    sys.fchmodat(Sys.AT_FDCWD, path, mode);
    sys.lchownat(Sys.AT_FDCWD, path, uid, gid);
  }

  /** Adds sizes up, and deletes on the way if asked to. */
  private static final class Walk extends SimpleFileVisitor<Path> {
    private final boolean delete;
    private long bytes;

    Walk(boolean delete) {
      this.delete = delete;
    }

    long size(Path directory) throws IOException {
      if (Files.isDirectory(directory)) {
        Files.walkFileTree(directory, this);
      }
      return bytes;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      bytes += attributes.size();
      if (delete) {
        Files.delete(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (Files.notExists(file)) {
        return FileVisitResult.CONTINUE; // a program at work on it
      }
      throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (delete) {
        Files.delete(directory);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
