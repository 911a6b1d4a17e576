package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar entry by entry, for archives whose files are not to be unpacked. Nothing is written
 * anywhere, so a name can do no harm; names that climb out of the archive are refused all the same.
 * Not thread-safe.
 */
public final class TarInput {
  private final TarReader reader;

  /** What an entry is. */
  public enum Kind {
    FILE,
    DIRECTORY,
    SYMLINK,
    HARD_LINK,
    OTHER
  }

  /**
   * One entry.
   *
   * @param name without dots, doubled and outer slashes; empty for the root
   * @param linkName as written for a symbolic link, cleaned for a hard link
   */
  public record Entry(Kind kind, String name, String linkName, long sizeBytes) {}

  /** The stream is not closed with this, nor read beyond the tar's end mark. */
  public TarInput(InputStream tar) throws IOException {
    reader =
        new TarReader(new PlainChunks(tar), new TarSplitWriter(OutputStream.nullOutputStream()));
  }

  /**
   * The next entry; what is left of the one before is skipped.
   *
   * @return null at the end
   * @throws InvalidParameter if the tar is malformed or a name leaves it, in dockerd's words
   */
  public @Nullable Entry next() throws IOException {
    skipContent();
    TarHeader header = reader.next();
    while (header != null && header.type() == TarHeader.PAX_GLOBAL) {
      header = reader.next();
    }
    if (header == null) {
      return null;
    }
    byte[] name = TarNames.clean(header.name());
    if (name == null) {
      throw new InvalidParameter("invalid entry name " + TarNames.quoted(header.name()));
    }
    Kind kind = kind(header.type());
    byte[] link = header.linkName();
    if (kind == Kind.HARD_LINK) {
      byte[] target = TarNames.clean(link);
      if (target == null) {
        throw new InvalidParameter("invalid hardlink target " + TarNames.quoted(link));
      }
      link = target;
    }
    if (header.sparse() != null) {
      throw new InvalidParameter(
          "sparse entries are not supported here: " + TarNames.quoted(header.name()));
    }
    return new Entry(kind, TarNames.text(name), TarNames.text(link), header.sizeBytes());
  }

  private static Kind kind(byte type) {
    return switch (type) {
      case TarHeader.REGULAR -> Kind.FILE;
      case TarHeader.DIRECTORY -> Kind.DIRECTORY;
      case TarHeader.SYMLINK -> Kind.SYMLINK;
      case TarHeader.HARD_LINK -> Kind.HARD_LINK;
      default -> Kind.OTHER;
    };
  }

  /** Reads content of the current entry; -1 at its end. */
  public int read(byte[] target, int offset, int length) throws IOException {
    int available = reader.content();
    if (available == 0) {
      return -1;
    }
    int count = Math.min(available, length);
    System.arraycopy(reader.array(), reader.offset(), target, offset, count);
    reader.consume(count);
    return count;
  }

  private void skipContent() throws IOException {
    for (int n = reader.content(); n > 0; n = reader.content()) {
      reader.consume(n);
    }
  }

  /** Whether a file that begins with these bytes is a tar, or compressed as layers are. */
  public static boolean looksLikeLayer(byte[] head, int length) {
    if (Compression.detect(head, length) != Compression.NONE) {
      return true;
    }
    if (length < TarFormat.BLOCK) {
      return false;
    }
    if (TarFormat.isZero(head, 0)) {
      return true;
    }
    try {
      TarFormat.verifyChecksum(head, 0);
      return true;
    } catch (InvalidParameter e) {
      return false;
    }
  }
}
