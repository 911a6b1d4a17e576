package io.layerd.logs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads records of a file that may still grow. */
interface RecordReader {
  /** The next record; null at the end of what is written so far. Call again later. */
  @Nullable LogRecord next() throws IOException;
}
