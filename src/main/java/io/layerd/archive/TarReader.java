package io.layerd.archive;

import io.layerd.archive.ChunkSource.Chunk;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar block by block: v7, ustar, pax and GNU. Every byte that is not handed out as content
 * goes to the tar-split record, so that the same tar can be made again.
 *
 * <p>What is malformed and what is not follows Go's archive/tar, which is what dockerd reads with;
 * global pax headers are therefore ignored.
 */
final class TarReader {
  private static final int FIRST_SPARSE = 386;

  private final ChunkSource source;
  private final TarRecord split;
  private byte[] bytes = {};
  private int at;
  private int limit;
  private long contentLeft;
  private int paddingLeft;
  private PaxRecords pax = PaxRecords.NONE;
  private byte @Nullable [] longName;
  private byte @Nullable [] longLink;

  TarReader(ChunkSource source, TarRecord split) {
    this.source = source;
    this.split = split;
  }

  /** The next entry, or null at the end mark or the end of the stream. */
  @Nullable TarHeader next() throws IOException {
    recordContent();
    skipPadding();
    pax = PaxRecords.NONE;
    longName = null;
    longLink = null;
    while (true) {
      int block = block();
      if (block < 0) {
        return null;
      }
      if (TarFormat.isZero(bytes, block)) {
        int second = block();
        if (second >= 0 && !TarFormat.isZero(bytes, second)) {
          throw TarFormat.invalidHeader();
        }
        return null;
      }
      TarFormat.verifyChecksum(bytes, block);
      TarHeader header = interpret(block);
      if (header != null) {
        return header;
      }
    }
  }

  private @Nullable TarHeader interpret(int block) throws IOException {
    byte type = bytes[block + 156];
    switch (type) {
      case TarHeader.PAX -> pax = PaxRecords.parse(extension(block));
      case TarHeader.GNU_LONG_NAME -> {
        byte[] name = extension(block);
        longName = TarFormat.string(name, 0, name.length);
      }
      case TarHeader.GNU_LONG_LINK -> {
        byte[] link = extension(block);
        longLink = TarFormat.string(link, 0, link.length);
      }
      case TarHeader.PAX_GLOBAL -> {
        byte[] name = shortName(block);
        var unused = PaxRecords.parse(extension(block));
        return new TarHeader(type, name, name, 0, 0, 0, 0, 0, 0, 0, 0, new byte[0][], null, 0);
      }
      default -> {
        return entry(block, type);
      }
    }
    return null;
  }

  private TarHeader entry(int block, byte flag) throws IOException {
    byte[] name = longName != null ? longName : or(pax.bytes("path"), shortName(block));
    byte[] link =
        longLink != null
            ? longLink
            : or(pax.bytes("linkpath"), TarFormat.string(bytes, block + 157, 100));
    byte type = flag;
    if (flag == 0) {
      boolean slash = name.length > 0 && name[name.length - 1] == '/';
      type = slash ? TarHeader.DIRECTORY : TarHeader.REGULAR;
    }
    int mode = (int) TarFormat.numeric(bytes, block + 100, 8) & 07777;
    int uid = TarFormat.owner(pax.number("uid", TarFormat.numeric(bytes, block + 108, 8)));
    int gid = TarFormat.owner(pax.number("gid", TarFormat.numeric(bytes, block + 116, 8)));
    long size = pax.number("size", TarFormat.numeric(bytes, block + 124, 12));
    byte[] time = pax.bytes("mtime");
    long[] mtime =
        time == null
            ? new long[] {TarFormat.numeric(bytes, block + 136, 12), 0}
            : PaxRecords.time(time);
    int major = 0;
    int minor = 0;
    if (type == TarHeader.CHARACTER || type == TarHeader.BLOCK) {
      major = TarFormat.device(TarFormat.numeric(bytes, block + 329, 8), 12);
      minor = TarFormat.device(TarFormat.numeric(bytes, block + 337, 8), 20);
    }
    if (size < 0) {
      throw TarFormat.invalidHeader();
    }
    contentLeft = TarHeader.headerOnly(type) ? 0 : size;
    paddingLeft = (int) (-contentLeft & TarFormat.BLOCK - 1);
    long real = contentLeft;
    long[] sparse = null;
    if (type == TarHeader.GNU_SPARSE) {
      real = TarFormat.numeric(bytes, block + 483, 12);
      sparse = oldSparse(block, real);
      type = TarHeader.REGULAR;
    } else if (type == TarHeader.REGULAR) {
      long paxReal = pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", -1));
      sparse = paxSparse(paxReal);
      if (sparse != null) {
        real = paxReal;
        name = or(pax.bytes("GNU.sparse.name"), name);
      }
    }
    if (!PaxRecords.representable(mtime[0])) {
      mtime = new long[] {0, 0};
    }
    return new TarHeader(
        type,
        name,
        link,
        mode,
        uid,
        gid,
        contentLeft,
        mtime[0],
        (int) mtime[1],
        major,
        minor,
        pax.xattrs(),
        sparse,
        real);
  }

  private static byte[] or(byte @Nullable [] value, byte[] otherwise) {
    return value == null ? otherwise : value;
  }

  private byte[] shortName(int block) {
    byte[] name = TarFormat.string(bytes, block, 100);
    if (!TarFormat.isUstar(bytes, block)) {
      return name;
    }
    int length = TarFormat.isStar(bytes, block) ? 131 : 155;
    byte[] prefix = TarFormat.string(bytes, block + 345, length);
    return prefix.length == 0 ? name : TarNames.join(prefix, name);
  }

  private byte[] extension(int block) throws IOException {
    long size = TarFormat.numeric(bytes, block + 124, 12);
    if (size < 0) {
      throw TarFormat.invalidHeader();
    }
    if (size > TarFormat.MAX_EXTENDED_BYTES) {
      throw TarFormat.tooLong();
    }
    byte[] content = new byte[(int) size];
    int length = 0;
    while (length < content.length) {
      int from = block();
      if (from < 0) {
        throw TarFormat.unexpectedEnd();
      }
      int n = Math.min(TarFormat.BLOCK, content.length - length);
      System.arraycopy(bytes, from, content, length, n);
      length += n;
    }
    return content;
  }

  // sparse maps

  private long[] oldSparse(int block, long real) throws IOException {
    SparseMap map = new SparseMap();
    boolean more = bytes[block + 482] != 0;
    boolean open = map.addOldGnu(bytes, block + FIRST_SPARSE, 4);
    while (more) {
      int next = block();
      if (next < 0) {
        throw TarFormat.unexpectedEnd();
      }
      more = bytes[next + 504] != 0;
      open = open && map.addOldGnu(bytes, next, 21);
    }
    return map.verified(contentLeft, real);
  }

  private long @Nullable [] paxSparse(long real) throws IOException {
    if (pax.has("GNU.sparse.major", "1") && pax.has("GNU.sparse.minor", "0")) {
      return sparseInContent(real);
    }
    if (!pax.sparsePairs().isEmpty()) {
      return SparseMap.of(pax.sparsePairs(), contentLeft, real);
    }
    byte[] map = pax.bytes("GNU.sparse.map");
    return map == null ? null : SparseMap.parse(map, contentLeft, real);
  }

  /** Format 1.0: decimal lines before the content, filled up to a block. */
  private long[] sparseInContent(long real) throws IOException {
    SparseMap map = new SparseMap();
    long wanted = -1;
    long seen = 0;
    long value = 0;
    int digits = 0;
    while (wanted < 0 || seen < wanted) {
      if (contentLeft < TarFormat.BLOCK) {
        throw TarFormat.invalidHeader();
      }
      int from = block();
      if (from < 0) {
        throw TarFormat.unexpectedEnd();
      }
      contentLeft -= TarFormat.BLOCK;
      for (int i = from; i < from + TarFormat.BLOCK && (wanted < 0 || seen < wanted); i++) {
        int digit = bytes[i] - '0';
        if (bytes[i] == '\n' && digits > 0) {
          if (wanted < 0) {
            wanted = 2 * value;
          } else {
            map.add(value);
            seen++;
          }
          value = 0;
          digits = 0;
        } else if (digit >= 0 && digit <= 9 && digits++ < 18) {
          value = 10 * value + digit;
        } else {
          throw TarFormat.invalidHeader();
        }
      }
    }
    return map.verified(contentLeft, real);
  }

  // content

  /** Makes some content of the entry available; returns how many bytes, 0 at its end. */
  int content() throws IOException {
    if (contentLeft == 0) {
      return 0;
    }
    if (at == limit && !fill()) {
      throw TarFormat.unexpectedEnd();
    }
    return (int) Math.min(contentLeft, limit - at);
  }

  /** The array that holds what {@link #content} made available, from {@link #offset} on. */
  byte[] array() {
    return bytes;
  }

  int offset() {
    return at;
  }

  /** Steps over available content. */
  void consume(int length) {
    at += length;
    contentLeft -= length;
  }

  /** Steps over available content and records it. */
  void consumeRaw(int length) throws IOException {
    split.raw(bytes, at, length);
    consume(length);
  }

  /** Records the rest of the content, since no file will hold it. */
  void recordContent() throws IOException {
    for (int n = content(); n > 0; n = content()) {
      consumeRaw(n);
    }
  }

  /** Records everything up to the end of the stream. */
  void recordRest() throws IOException {
    do {
      split.raw(bytes, at, limit - at);
    } while (fill());
  }

  private void skipPadding() throws IOException {
    while (paddingLeft > 0 && (at < limit || fill())) {
      int n = Math.min(paddingLeft, limit - at);
      split.raw(bytes, at, n);
      at += n;
      paddingLeft -= n;
    }
    paddingLeft = 0;
  }

  /** Reads and records a block; returns where it is in the array, or -1 at the end. */
  private int block() throws IOException {
    if (at == limit && !fill()) {
      return -1;
    }
    if (limit - at < TarFormat.BLOCK) {
      throw TarFormat.unexpectedEnd();
    }
    split.raw(bytes, at, TarFormat.BLOCK);
    at += TarFormat.BLOCK;
    return at - TarFormat.BLOCK;
  }

  private boolean fill() throws IOException {
    Chunk chunk = source.next();
    at = 0;
    limit = chunk == null ? 0 : chunk.length;
    bytes = chunk == null ? bytes : chunk.bytes;
    return chunk != null;
  }
}
