package io.layerd.archive;

import io.layerd.error.SystemFailure;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * Makes a layer of what a container changed in one pass: each file is read once, and goes into the
 * new layer's directory, the digest of the layer's tar and the record of how to make that tar
 * again. The tar itself is never stored.
 *
 * <p>The result is what unpacking {@link LayerDiff}'s tar would give.
 */
public final class LayerCapture implements TreeOutput {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Sys sys;
  private final TarSplitWriter split;
  private final EntryWriter writer;
  private final TarWriter tar;
  private final MessageDigest hash = Digest.newLayerSha256();
  private final Crc64 crc = new Crc64();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final byte[] bytes = new byte[BUFFER_BYTES];
  private long tarBytes;
  private boolean inContent;

  private LayerCapture(Sys sys, TarSplitWriter split, RootDirectory target) throws ErrnoException {
    this.sys = sys;
    this.split = split;
    this.writer = new EntryWriter(sys, target, true);
    this.tar = new TarWriter(new Recording());
  }

  /** The tar's bytes: all are hashed, those that no file holds are recorded. */
  private final class Recording extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int offset, int length) throws IOException {
      hash.update(b, offset, length);
      tarBytes += length;
      if (!inContent) {
        split.raw(b, offset, length);
      }
    }
  }

  /**
   * Captures an upper directory, which must not change meanwhile.
   *
   * @param upper in overlayfs's form: whiteout devices, opaque directories
   * @param layer an empty directory, filled
   * @param tarSplit receives the gzip-compressed tar-split JSON; not closed
   * @throws SystemFailure if the host fails; what is in the directory must then be discarded
   */
  public static UnpackResult capture(Sys sys, Path upper, Path layer, OutputStream tarSplit)
      throws IOException {
    TarSplitWriter split = new TarSplitWriter(tarSplit);
    try (RootDirectory source = new RootDirectory(sys, upper);
        RootDirectory target = new RootDirectory(sys, layer)) {
      LayerCapture capture = new LayerCapture(sys, split, target);
      TreeArchiver tree = new TreeArchiver(sys, capture, true);
      tree.opaque(source.root(), TarNames.EMPTY, sys.fstat(source.root()));
      tree.children(source.root(), TarNames.EMPTY, 0);
      capture.writer.finish();
      split.endSegment();
      capture.tar.finish();
      split.finish();
      return new UnpackResult(
          new DiffId(Digest.ofSha256(capture.hash.digest())),
          capture.tarBytes,
          capture.writer.contentBytes());
    } catch (ErrnoException e) {
      throw new SystemFailure(e.call() + " " + upper + ": " + Errno.text(e), e);
    } finally {
      split.abandon();
    }
  }

  @Override
  public void entry(TarEntry entry) throws IOException {
    tar.entry(entry);
    split.file(entry.name(), 0, 0);
    byte[] name = TarNames.clean(entry.name());
    TarHeader header = header(entry);
    if (name == null) {
      throw new IllegalStateException(
          "a tree has a name that climbs: " + TarNames.text(entry.name()));
    }
    byte[] base = TarNames.base(name);
    if (Whiteout.isOpaque(base)) {
      writer.opaque(name);
    } else if (Whiteout.is(base)) {
      writer.whiteout(header, name, Whiteout.original(base, entry.name()));
    } else {
      make(header, name);
    }
  }

  private void make(TarHeader header, byte[] name) throws ErrnoException {
    switch (header.type()) {
      case TarHeader.DIRECTORY -> writer.directory(header, name);
      case TarHeader.SYMLINK -> writer.symlink(header, name);
      case TarHeader.HARD_LINK -> writer.hardLink(header, name);
      case TarHeader.CHARACTER -> writer.special(header, name, io.layerd.sys.Stat.S_IFCHR);
      case TarHeader.BLOCK -> writer.special(header, name, io.layerd.sys.Stat.S_IFBLK);
      case TarHeader.FIFO -> writer.special(header, name, io.layerd.sys.Stat.S_IFIFO);
      default -> throw new IllegalStateException("no tree has entries of type " + header.type());
    }
  }

  @Override
  public void file(TarEntry entry, int fd) throws IOException {
    if (Whiteout.is(TarNames.base(entry.name()))) {
      throw new SystemFailure("a layer cannot hold a file named " + TarNames.quoted(entry.name()));
    }
    tar.entry(entry);
    writer.regular(header(entry), entry.name(), (_, copy) -> copy(entry, fd, copy));
  }

  private void copy(TarEntry entry, int from, int to) throws IOException {
    crc.reset();
    long left = entry.sizeBytes();
    inContent = true;
    while (left > 0) {
      int n = TarTree.read(sys, from, buffer, left, entry.name());
      buffer.get(bytes, 0, n);
      buffer.rewind();
      sys.writeFully(to, buffer);
      tar.write(bytes, 0, n);
      crc.update(bytes, 0, n);
      left -= n;
    }
    inContent = false;
    split.file(entry.name(), entry.sizeBytes(), crc.value());
  }

  private static TarHeader header(TarEntry e) {
    byte[][] xattrs = new byte[2 * e.xattrs().size()][];
    for (int i = 0; i < xattrs.length; i += 2) {
      xattrs[i] = e.xattrs().get(i / 2).name();
      xattrs[i + 1] = e.xattrs().get(i / 2).value();
    }
    return new TarHeader(
        (byte) e.type(),
        e.name(),
        e.linkName(),
        e.mode(),
        e.uid(),
        e.gid(),
        e.sizeBytes(),
        e.mtimeSeconds(),
        e.mtimeNanos(),
        e.major(),
        e.minor(),
        xattrs,
        null,
        e.sizeBytes());
  }
}
