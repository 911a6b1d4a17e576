package io.layerd.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

final class Compression {
  private Compression() {}

  static InputStream decompress(InputStream raw) throws IOException {
    BufferedInputStream in = new BufferedInputStream(raw, 256 * 1024);
    in.mark(4);
    byte[] head = in.readNBytes(4);
    in.reset();
    if (head.length > 2 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b) {
      return new GZIPInputStream(in, 256 * 1024);
    }
    if (head.length == 4 && head[0] == 0x28 && (head[1] & 0xff) == 0xb5) {
      return new ZstdInputStream(in).setContinuous(false);
    }
    return in;
  }
}
