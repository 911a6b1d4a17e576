package io.layerd.archive;

import io.layerd.error.EngineException;
import io.layerd.oci.DiffId;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Compares a layer's files with what its tar said, by putting that tar together again: contents by
 * their checksums, all of it by the diff ID, and kinds, owners, modes, sizes and link targets entry
 * by entry.
 */
public final class LayerVerifier {
  private static final int MOST = 20;

  private final Sys sys;
  private final RootDirectory root;
  private final boolean upper;
  private final List<String> problems = new ArrayList<>();

  private LayerVerifier(Sys sys, RootDirectory root, boolean upper) {
    this.sys = sys;
    this.root = root;
    this.upper = upper;
  }

  /**
   * Reads every file of a layer.
   *
   * @param tarSplitGz {@code tar-split.json.gz}; closed
   * @param directory where the layer's files are
   * @param upper whether that holds nothing but the layer, with overlayfs's whiteouts, rather than
   *     a whole tree
   * @param progress told of bytes read, now and then
   * @return what is wrong, at most twenty things; empty if the layer is as it was made
   */
  public static List<String> problems(
      Sys sys,
      InputStream tarSplitGz,
      Path directory,
      DiffId diffId,
      boolean upper,
      LongConsumer progress) {
    try (InputStream tar = TarSplit.assemble(sys, tarSplitGz, directory);
        HashingChunks chunks = new HashingChunks(tar);
        RootDirectory root = new RootDirectory(sys, directory)) {
      LayerVerifier verifier = new LayerVerifier(sys, root, upper);
      verifier.run(new TarReader(chunks, TarRecord.NONE), progress);
      if (!chunks.digest().equals(diffId.digest())) {
        verifier.add("its tar cannot be made again: another diff ID comes out");
      }
      return verifier.problems;
    } catch (IOException | EngineException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private void add(String problem) {
    if (problems.size() < MOST) {
      problems.add(problem);
    }
  }

  private void run(TarReader reader, LongConsumer progress) throws IOException {
    for (TarHeader header = reader.next(); header != null; header = reader.next()) {
      byte[] name = TarNames.clean(header.name());
      if (header.type() != TarHeader.PAX_GLOBAL && name != null && name.length > 0) {
        try {
          entry(header, name);
        } catch (ErrnoException e) {
          add(TarNames.text(name) + ": " + Errno.text(e));
        }
      }
      for (int n = reader.content(); n > 0; n = reader.content()) {
        progress.accept(n);
        reader.consume(n);
      }
    }
    reader.recordRest();
  }

  private void entry(TarHeader header, byte[] name) throws ErrnoException {
    byte[] base = TarNames.base(name);
    if (Whiteout.is(base)) {
      if (upper && !Whiteout.isMeta(base)) {
        whiteout(name, base);
      }
    } else if (!(upper && header.isOverlayWhiteout())) {
      Stat stat = sys.lstatat(root.parentOf(name), base);
      String difference = difference(header, stat, name);
      if (!difference.isEmpty()) {
        add(TarNames.text(name) + ": " + difference);
      }
    }
  }

  private void whiteout(byte[] name, byte[] base) throws ErrnoException {
    int parent = root.parentOf(name);
    if (Whiteout.isOpaque(base)) {
      if (!Arrays.equals(sys.fgetxattr(parent, Whiteout.OPAQUE_XATTR), new byte[] {'y'})) {
        add(TarNames.text(TarNames.parent(name)) + ": does not hide what is below it any more");
      }
    } else if (sys.findat(parent, Whiteout.original(base, name)) == null) {
      add(TarNames.text(name) + ": the deletion is lost");
    }
  }

  private String difference(TarHeader header, Stat stat, byte[] name) throws ErrnoException {
    int type =
        switch (header.type()) {
          case TarHeader.DIRECTORY -> Stat.S_IFDIR;
          case TarHeader.SYMLINK -> Stat.S_IFLNK;
          case TarHeader.CHARACTER -> Stat.S_IFCHR;
          case TarHeader.BLOCK -> Stat.S_IFBLK;
          case TarHeader.FIFO -> Stat.S_IFIFO;
          case TarHeader.REGULAR -> Stat.S_IFREG;
          default -> stat.type();
        };
    if (stat.type() != type) {
      return "is another kind of file";
    }
    if (stat.isRegular()
        && header.type() == TarHeader.REGULAR
        && stat.sizeBytes() != header.realSizeBytes()) {
      return "has %d bytes, not %d".formatted(stat.sizeBytes(), header.realSizeBytes());
    }
    if (stat.isSymlink()
        && header.type() == TarHeader.SYMLINK
        && !Arrays.equals(
            sys.readlinkat(root.parentOf(name), TarNames.base(name)), header.linkName())) {
      return "points elsewhere";
    }
    // the entry of a hard link may have changed what all its names share; in whole trees files are
    // shared with other layers as well
    boolean shared = stat.linkCount() > 1 && !stat.isDirectory();
    if (shared || header.type() == TarHeader.HARD_LINK) {
      return "";
    }
    if (stat.uid() != header.uid() || stat.gid() != header.gid()) {
      return "belongs to %d:%d, not %d:%d"
          .formatted(stat.uid(), stat.gid(), header.uid(), header.gid());
    }
    if (!stat.isSymlink() && stat.permissions() != header.mode()) {
      return "has mode %o, not %o".formatted(stat.permissions(), header.mode());
    }
    return "";
  }
}
