package io.layerd.image;

import io.layerd.image.ImageArchives.ImportListener;
import io.layerd.image.ImageService.Image;
import io.layerd.registry.Abort;
import io.layerd.registry.Download;
import io.layerd.registry.Registry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An import whose tar comes from a web server. */
final class ImportDownload {
  private static final long INTERVAL_NANOS = 100_000_000;

  private final Registry registry;
  private final ImportListener listener;

  ImportDownload(Registry registry, ImportListener listener) {
    this.registry = registry;
    this.listener = listener;
  }

  Image run(String source, ImageImport operation, Abort abort) throws IOException {
    String url = source.contains("://") ? source : "http://" + source;
    try (Download download = registry.download(url, abort)) {
      listener.downloading(url);
      return operation.run(new Counted(download.body(), download.sizeBytes()));
    }
  }

  /** Tells the listener how much has come, ten times a second at most. */
  private final class Counted extends FilterInputStream {
    private final long size;
    private long done;
    private long nanos;

    Counted(InputStream in, long size) {
      super(in);
      this.size = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      done += Math.max(0, count);
      long now = System.nanoTime();
      if (count < 0 || now - nanos >= INTERVAL_NANOS) {
        nanos = now;
        listener.importing(done, Math.max(0, size));
      }
      return count;
    }
  }
}
