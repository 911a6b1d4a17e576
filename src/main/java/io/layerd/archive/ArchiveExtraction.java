package io.layerd.archive;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a tar that a user copies into a directory in use. Names and links are resolved as if that
 * directory were the root; names that begin with {@code .wh.} are names like any other.
 */
public final class ArchiveExtraction {
  private static final int EBUSY = 16;

  private final Sys sys;
  private final EntryWriter writer;
  private final TarReader reader;
  private final FileContent content;
  private final RootDirectory root;
  private final Options options;

  /**
   * How to unpack.
   *
   * @param keepKinds whether it is an error to replace a directory by something else or the other
   *     way round
   * @param destination what the directory is called in messages
   * @param owner of all that is unpacked; null for the owners in the tar
   */
  public record Options(boolean keepKinds, String destination, @Nullable Owner owner) {}

  /** A user and a group, by number. */
  public record Owner(int uid, int gid) {}

  private ArchiveExtraction(Sys sys, RootDirectory root, ChunkSource source, Options options)
      throws ErrnoException {
    this.sys = sys;
    this.root = root;
    this.options = options;
    writer = EntryWriter.intoUse(sys, root);
    reader = new TarReader(source, TarRecord.NONE);
    content = new FileContent(sys, reader, TarRecord.NONE);
  }

  /**
   * Reads an archive, compressed or not, to its end. What was unpacked before a failure stays.
   *
   * @param directory an open directory; closed by this
   * @throws InvalidParameter if the archive is malformed or hostile
   * @throws NotFound if an entry links to nothing
   */
  public static void extract(Sys sys, int directory, InputStream archive, Options options)
      throws IOException {
    try (RootDirectory root = new RootDirectory(sys, directory);
        InputStream tar = Compression.open(archive);
        ChunkSource source = new PlainChunks(tar)) {
      ArchiveExtraction extraction = new ArchiveExtraction(sys, root, source, options);
      extraction.run();
      extraction.reader.recordRest();
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call());
    }
  }

  private void run() throws IOException {
    for (TarHeader next = reader.next(); next != null; next = reader.next()) {
      TarHeader header = owned(next);
      if (header.type() == TarHeader.PAX_GLOBAL) {
        continue;
      }
      byte[] name = TarNames.clean(header.name());
      if (name == null) {
        throw new InvalidParameter("invalid entry name " + TarNames.quoted(header.name()));
      }
      if (name.length > 0) {
        try {
          apply(header, name);
        } catch (ErrnoException e) {
          throw failure(e, header, name);
        }
      }
    }
    writer.finish();
  }

  private TarHeader owned(TarHeader header) {
    Owner owner = options.owner();
    return owner == null ? header : header.withOwner(owner.uid(), owner.gid());
  }

  private void apply(TarHeader header, byte[] name) throws IOException {
    if (options.keepKinds()) {
      checkKind(header, name);
    }
    switch (header.type()) {
      case TarHeader.REGULAR -> writer.regular(header, name, content);
      case TarHeader.DIRECTORY -> writer.directory(header, name);
      case TarHeader.SYMLINK -> writer.symlink(header, name);
      case TarHeader.HARD_LINK -> writer.hardLink(header, name);
      case TarHeader.CHARACTER -> writer.special(header, name, Stat.S_IFCHR);
      case TarHeader.BLOCK -> writer.special(header, name, Stat.S_IFBLK);
      case TarHeader.FIFO -> writer.special(header, name, Stat.S_IFIFO);
      default -> throw new InvalidParameter("unhandled tar header type " + (header.type() & 0xff));
    }
  }

  private void checkKind(TarHeader header, byte[] name) throws ErrnoException {
    Stat there = null;
    try {
      there = sys.findat(root.parentOf(name), TarNames.base(name));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    boolean directory = header.type() == TarHeader.DIRECTORY;
    if (there != null && there.isDirectory() != directory) {
      String what =
          directory ? "non-directory %s with directory %s" : "directory %s with non-directory %s";
      throw new InvalidParameter(
          "cannot overwrite "
              + what.formatted(
                  TarNames.quoted(name), TarNames.quoted(TarNames.bytes(options.destination()))));
    }
  }

  private static EngineException failure(ErrnoException e, TarHeader header, byte[] name) {
    if (header.type() == TarHeader.HARD_LINK && e.errno() == Errno.ENOENT) {
      return new NotFound("linkat " + TarNames.text(header.linkName()) + ": " + Errno.text(e), e);
    }
    if (e.errno() == EBUSY) {
      // something is mounted on what should be replaced
      return new SystemFailure("RemoveAll " + TarNames.text(name) + ": device or resource busy", e);
    }
    String call = e.call().equals("openat2") ? "openat" : e.call();
    return Errno.translate(e, call + " " + TarNames.text(name));
  }
}
