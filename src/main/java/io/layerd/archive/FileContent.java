package io.layerd.archive;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Copies the content of tar entries into files, with one buffer for all of them. */
final class FileContent implements EntryContent {
  private final Sys sys;
  private final TarReader tar;
  private final TarRecord split;
  private final Crc64 crc = new Crc64();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(ChunkSource.CHUNK_BYTES);

  FileContent(Sys sys, TarReader tar, TarRecord split) {
    this.sys = sys;
    this.tar = tar;
    this.split = split;
  }

  /** Writes the content and records the file. */
  @Override
  public void copy(TarHeader header, int fd) throws IOException {
    long[] sparse = header.sparse();
    if (sparse != null) {
      copySparse(header, sparse, fd);
      return;
    }
    crc.reset();
    for (int n = tar.content(); n > 0; n = tar.content()) {
      if (split != TarRecord.NONE) {
        crc.update(tar.array(), tar.offset(), n);
      }
      write(fd, n);
      tar.consume(n);
    }
    split.file(header.name(), header.sizeBytes(), crc.value());
  }

  /**
   * Writes the pieces with holes between them. The file is open for appending, so growing it moves
   * the place where the next piece goes. The tar's bytes are recorded whole, since they cannot be
   * made again from the file.
   */
  private void copySparse(TarHeader header, long[] sparse, int fd) throws IOException {
    for (int i = 0; i < sparse.length; i += 2) {
      long left = sparse[i + 1];
      if (left > 0) {
        sys.ftruncate(fd, sparse[i]);
      }
      while (left > 0) {
        int n = (int) Math.min(left, tar.content());
        if (n == 0) {
          throw TarFormat.unexpectedEnd();
        }
        write(fd, n);
        tar.consumeRaw(n);
        left -= n;
      }
    }
    sys.ftruncate(fd, header.realSizeBytes());
    split.file(header.name(), 0, 0);
  }

  private void write(int fd, int length) throws ErrnoException {
    buffer.clear();
    buffer.put(tar.array(), tar.offset(), length);
    buffer.flip();
    sys.writeFully(fd, buffer);
  }
}
