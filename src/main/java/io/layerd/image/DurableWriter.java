package io.layerd.image;

import java.io.IOException;
import java.nio.file.Path;

/** Writes or replaces a small file so that a crash leaves the old content or the new. */
interface DurableWriter {
  void write(Path file, byte[] content, int mode) throws IOException;
}
