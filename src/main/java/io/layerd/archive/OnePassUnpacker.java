package io.layerd.archive;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.DiffId;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.Function;

/** Unpacks, hashes and records a layer tar while reading it once. */
final class OnePassUnpacker implements LayerUnpacker {
  private final Sys sys;
  private final Function<InputStream, ChunkSource> chunks;
  private final UnpackLimits limits;

  OnePassUnpacker(Sys sys, Function<InputStream, ChunkSource> chunks, UnpackLimits limits) {
    this.sys = sys;
    this.chunks = chunks;
    this.limits = limits;
  }

  @Override
  public UnpackResult unpack(
      InputStream tar, Path directory, Whiteouts whiteouts, OutputStream tarSplit)
      throws IOException {
    TarSplitWriter split = new TarSplitWriter(tarSplit);
    try (ChunkSource source = chunks.apply(tar);
        RootDirectory root = new RootDirectory(sys, directory)) {
      EntryWriter writer = new EntryWriter(sys, root, whiteouts == Whiteouts.OVERLAY);
      TarReader reader = new TarReader(source, split);
      FileContent content = new FileContent(sys, reader, split);
      Pass pass = new Pass(reader, split, writer, content, whiteouts, limits.new Count());
      pass.run();
      split.finish();
      return new UnpackResult(
          new DiffId(source.digest()), source.totalBytes(), writer.contentBytes());
    } finally {
      split.abandon();
    }
  }

  /** One tar on its way into one directory. */
  private record Pass(
      TarReader reader,
      TarSplitWriter split,
      EntryWriter writer,
      FileContent content,
      Whiteouts whiteouts,
      UnpackLimits.Count count,
      PathSet seen) {

    Pass(
        TarReader reader,
        TarSplitWriter split,
        EntryWriter writer,
        FileContent content,
        Whiteouts whiteouts,
        UnpackLimits.Count count) {
      this(reader, split, writer, content, whiteouts, count, new PathSet());
    }

    void run() throws IOException {
      for (TarHeader header = reader.next(); header != null; header = reader.next()) {
        apply(header);
      }
      split.endSegment(); // tar-split keeps the end mark and what follows apart
      reader.recordRest();
      try {
        writer.finish();
      } catch (ErrnoException e) {
        throw Errno.translate(e, e.call());
      }
    }

    private void apply(TarHeader header) throws IOException {
      count.add(header);
      byte[] name = TarNames.clean(header.name());
      if (header.type() == TarHeader.PAX_GLOBAL) {
        if (name != null && seen.add(name)) {
          split.file(header.name(), 0, 0);
        }
        return;
      }
      if (name == null) {
        throw new InvalidParameter("invalid entry name " + TarNames.quoted(header.name()));
      }
      if (!seen.add(name)) {
        throw new InvalidParameter("duplicates of file paths not supported");
      }
      byte[] base = TarNames.base(name);
      try {
        if (Whiteout.is(base)) {
          whiteout(header, name, base);
        } else if (header.type() == TarHeader.REGULAR && name.length > 0) {
          writer.regular(header, name, content);
          return;
        } else {
          make(header, name);
        }
      } catch (ErrnoException e) {
        throw failure(e, header, name);
      }
      reader.recordContent();
      split.file(header.name(), 0, 0);
    }

    private void make(TarHeader header, byte[] name) throws ErrnoException {
      if (name.length == 0) {
        if (header.type() != TarHeader.DIRECTORY) {
          throw new InvalidParameter("invalid entry name " + TarNames.quoted(header.name()));
        }
        return; // the root is there already
      }
      if (whiteouts == Whiteouts.OVERLAY && header.isOverlayWhiteout()) {
        return; // would hide what is below without the archive saying so
      }
      switch (header.type()) {
        case TarHeader.DIRECTORY -> writer.directory(header, name);
        case TarHeader.SYMLINK -> writer.symlink(header, name);
        case TarHeader.HARD_LINK -> writer.hardLink(header, name);
        case TarHeader.CHARACTER -> writer.special(header, name, Stat.S_IFCHR);
        case TarHeader.BLOCK -> writer.special(header, name, Stat.S_IFBLK);
        case TarHeader.FIFO -> writer.special(header, name, Stat.S_IFIFO);
        default ->
            throw new InvalidParameter("unhandled tar header type " + (header.type() & 0xff));
      }
    }

    private void whiteout(TarHeader header, byte[] name, byte[] base) throws ErrnoException {
      boolean layer = whiteouts == Whiteouts.OVERLAY;
      if (Whiteout.isOpaque(base)) {
        if (layer) {
          writer.opaque(name);
        } else {
          writer.deleteAllBut(name, seen);
        }
      } else if (!Whiteout.isMeta(base)) {
        byte[] original = Whiteout.original(base, header.name());
        if (layer) {
          writer.whiteout(header, name, original);
        } else {
          writer.delete(name, original);
        }
      }
    }

    private static EngineException failure(ErrnoException e, TarHeader header, byte[] name) {
      // in dockerd's words, which has no openat2
      if (header.type() == TarHeader.HARD_LINK) {
        String names = TarNames.text(header.linkName()) + " " + TarNames.text(name);
        return Errno.translate(e, "linkat " + names);
      }
      String call = e.call().equals("openat2") ? "openat" : e.call();
      return Errno.translate(e, call + " " + TarNames.text(name));
    }
  }
}
